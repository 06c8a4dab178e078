import { closingOf, lineAt, type SourceText, splitArguments } from './source-text.ts';

interface Action {
  name: string;
  source: SourceText;
  line: number;
  notify: boolean;
  parameters: string[];
  body: string;
}

const FUNCTION = /\bfunction (\w+)\s*(?=\()/g;

/**
 * An action must tell finalize() that it ran, and ask first who pushed it unless anybody may; a handler of notifications
 * must look at who sent them.
 */
export function lintActions(sources: SourceText[], permissionless?: string[]): string[] {
  const actions = sources.flatMap(actionsOf);
  const hasFinalize = sources.some(({ code }) => /^\s*finalize\(\)/m.test(code));
  return [
    ...actions.flatMap((action) => {
      if (action.notify) return seesSender(action, sources) ? [] : [fault(action, SENDER)];
      const findings: string[] = [];
      if (hasFinalize && !/^\s*this\.handled = true;/.test(action.body)) {
        findings.push(fault(action, 'does not begin with this.handled = true: finalize() would refuse it'));
      }
      return permissionless ? [...findings, ...lintAuthority(action, permissionless)] : findings;
    }),
    ...idle(actions, permissionless ?? []),
  ];
}

const SENDER = 'fires for any contract: compare this.firstReceiver, here or in the function that it is given to';

function lintAuthority(action: Action, permissionless: string[]): string[] {
  const asked = /^\s*(?:this\.handled = true;\s*)?requireAuth\(([\w.]+)\);/.exec(action.body)?.[1];
  if (permissionless.includes(action.name)) {
    if (!/\brequireAuth\(/.test(action.body)) return [];
    return [fault(action, 'asks for an authority, but is listed as one that anybody may push')];
  }
  if (!asked) return [fault(action, 'does not begin with requireAuth, and is not listed as one that anybody may push')];
  if (asked === 'this.receiver' || action.parameters.includes(asked.split('.')[0] ?? '')) return [];
  return [fault(action, `asks for the authority of ${asked}, which is neither its argument nor the contract`)];
}

function idle(actions: Action[], permissionless: string[]): string[] {
  return permissionless
    .filter((name) => !actions.some((action) => action.name === name))
    .map((name) => `${name} is listed as an action that anybody may push, and there is no such action`);
}

function actionsOf(source: SourceText): Action[] {
  const { code, literal } = source;
  return [...literal.matchAll(/@action\(\s*["']([^"']*)["']\s*(,\s*notify)?[^)]*\)\s*\w+\s*(?=\()/g)].map((match) => {
    const open = match.index + match[0].length;
    const close = closingOf(code, open);
    const start = code.indexOf('{', close);
    return {
      name: match[1] ?? '',
      source,
      line: lineAt(source.text, match.index),
      notify: match[2] !== undefined,
      parameters: splitArguments(code.slice(open + 1, close - 1)).map((parameter) => parameter.split(':')[0] ?? ''),
      body: code.slice(start + 1, closingOf(code, start) - 1),
    };
  });
}

/** Whether the sender is compared in the handler itself, or in the function that the handler hands it to. */
function seesSender(action: Action, sources: SourceText[]): boolean {
  if (compares(action.body, 'this\\.firstReceiver')) return true;
  return [...action.body.matchAll(/\b(\w+)\s*(?=\()/g)].some((call) => {
    const open = call.index + call[0].length;
    const given = splitArguments(action.body.slice(open + 1, closingOf(action.body, open) - 1));
    const position = given.indexOf('this.firstReceiver');
    return position >= 0 && sources.some(({ code }) => comparesParameter(code, call[1] ?? '', position));
  });
}

function comparesParameter(code: string, name: string, position: number): boolean {
  return [...code.matchAll(FUNCTION)].some((found) => {
    if (found[1] !== name) return false;
    const open = found.index + found[0].length;
    const close = closingOf(code, open);
    const parameter = splitArguments(code.slice(open + 1, close - 1))
      [position]?.split(':')[0]
      ?.trim();
    const start = code.indexOf('{', close);
    return parameter !== undefined && compares(code.slice(start, closingOf(code, start)), `\\b${parameter}\\b`);
  });
}

function compares(body: string, what: string): boolean {
  return new RegExp(`${what}\\s*[!=]=|[!=]=\\s*${what}`).test(body);
}

function fault(action: Action, what: string): string {
  const kind = action.notify ? 'the handler of' : 'action';
  return `${action.source.file}:${action.line}: ${kind} ${action.name} ${what}`;
}
