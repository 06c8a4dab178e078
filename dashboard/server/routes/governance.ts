import type { FastifyInstance } from 'fastify';
import type { PoolAnswer } from '../../api.ts';
import type { readGovernance } from '../chain/governance.ts';
import type { Shared } from '../chain/shared.ts';
import type { ActionMaker } from '../wallet/action.ts';

export interface GovernanceRoutes {
  governance: Shared<Awaited<ReturnType<typeof readGovernance>>>;
  actions: ActionMaker;
}

/** `/api/pool` and `/api/action`. */
export function governanceRoutes(app: FastifyInstance, { governance, actions }: GovernanceRoutes): void {
  app.get('/api/pool', async (): Promise<PoolAnswer> => {
    const { value, ...age } = await governance.get();
    return { ...value, ...age };
  });
  app.get('/api/action', async (request) => actions.make(request.query as Record<string, unknown>));
}
