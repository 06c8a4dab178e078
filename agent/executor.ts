import type { Answer, Command } from '../common/agent.ts';
import type { Clock } from '../common/clock.ts';
import { sentence } from '../common/errors.ts';
import type { LocalNode } from './node.ts';
import { Orders } from './orders.ts';

type Node = Pick<LocalNode, 'pause' | 'resume' | 'untilHead'>;

/** Does what the newest command says, one after the other; what was done already is done again, which changes nothing. */
export class Executor {
  private readonly node: Node;
  private readonly clock: Clock;
  private readonly orders = new Orders();
  private last: Promise<unknown> = Promise.resolve();

  constructor(node: Node, clock: Clock) {
    this.node = node;
    this.clock = clock;
  }

  /** Never rejects. Resolves when the command was done, or with the reason why not. */
  async run(command: Command): Promise<Answer> {
    const start = this.clock.now();
    const error = this.orders.refuse(command, start) ?? (await this.inTurn(command));
    const { window, seq } = command;
    const tookMs = Math.max(0, Math.round(this.clock.now() - start));
    return { window, seq, done: error === null, error, tookMs };
  }

  /** The node could do two requests in the other order: the second is sent when the first was answered. */
  private inTurn(command: Command): Promise<string | null> {
    const turn = this.last.then(() => this.perform(command)).catch((thrown) => sentence(thrown).slice(0, 300));
    this.last = turn;
    return turn;
  }

  private async perform(command: Command): Promise<string | null> {
    const isDue = () => this.orders.isNewest(command) && this.clock.now() < command.expires;
    if (!isDue()) return 'a newer command came, or it expired, before its turn';
    if (command.order === 'pause') {
      await this.node.pause();
      return null;
    }
    // A node that lacks public blocks would build beside them, and drop them while it produces.
    if (command.head && !(await this.node.untilHead(command.head, isDue))) {
      return `the node has no block ${command.head.num} (${command.head.id.slice(0, 16)}…) yet`;
    }
    if (!isDue()) return 'a newer command came, or it expired, while the node was behind';
    await this.node.resume();
    return null;
  }
}
