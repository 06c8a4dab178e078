import { untilSettled } from '../../experiments/lab/chain.ts';
import { type Claim, experiment } from '../../experiments/lab/report.ts';
import { playCase, type Result } from './case.ts';
import { CASES, casesNamed } from './list/all.ts';
import { row } from './row.ts';
import { Stage } from './stage.ts';

await experiment<{ only: string }>({
  name: 'cases',
  command: './pool cases',
  question: 'What does each thing that can go wrong cost the pool, as the network sees it?',
  options: { '--only <names>': [`cases, by name or its beginning: ${CASES.map(({ name }) => name).join(', ')}`, ''] },
  async run(lab, { only }) {
    const cases = only ? casesNamed(only) : CASES;
    if (cases.length === 0) throw new Error(`no case is called ${only}`);
    const stage = await Stage.start(lab);
    await untilSettled(lab, stage.pool.bp1.api);
    const results: Result[] = [];
    for (const one of cases) {
      const result = await playCase(stage, one);
      results.push(result);
      const { missed, switches, replaced, problems } = result;
      lab.say(`${one.name}: ${missed} missed, ${switches} switches, ${replaced} replaced ${problems.join('; ')}`);
    }
    return { rows: results.map(row), claims: results.map(claim) };
  },
});

function claim({ name, about, problems }: Result): Claim {
  return { claim: [`${name}: ${about}`, ...problems].join('; '), holds: problems.length === 0 };
}
