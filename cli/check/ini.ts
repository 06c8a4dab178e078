import { type Finding, wrong } from './finding.ts';

/** One setting of a config.ini. */
export interface Setting {
  line: number;
  name: string;
  value: string;
}

/** The settings of a nodeos config.ini in order, and what is none: "#" begins a comment anywhere. Source: boost program_options, config_file. */
export function parseIni(text: string): { settings: Setting[]; findings: Finding[] } {
  const settings: Setting[] = [];
  const findings: Finding[] = [];
  text.split(/\r?\n/).forEach((raw, i) => {
    const said = raw.replace(/#.*/, '').trim();
    if (said === '') return;
    const line = i + 1;
    const at = said.indexOf('=');
    const name = said.slice(0, at).trim();
    if (at > 0 && /^[\w-]+$/.test(name)) settings.push({ line, name, value: said.slice(at + 1).trim() });
    else if (/^\[.*\]$/.test(said))
      findings.push(
        wrong(line, `a section ("${said}"): nodeos takes the lines below it for other settings`, 'leave it out'),
      );
    else
      findings.push(
        wrong(
          line,
          'this is no setting: nodeos does not start with it',
          'name = value, or a comment that begins with #',
        ),
      );
  });
  return { settings, findings };
}

/** The last value of a setting, with its line. */
export function lastOf(settings: Setting[], name: string): Setting | undefined {
  return settings.findLast((one) => one.name === name);
}

export function allOf(settings: Setting[], name: string): Setting[] {
  return settings.filter((one) => one.name === name);
}

/** Whether a flag is on. Source: boost lexical_cast of bool, as program_options has it. */
export function isOn(setting: Setting | undefined): boolean {
  return setting !== undefined && /^(1|true|yes|on|)$/i.test(setting.value);
}
