/** Bugs in how compiled workflows go forward: which node begins, how often, how many at once, and what is told of it. */
import type { Mutant } from './mutant.ts'

export const FLOWS: readonly Mutant[] = [
  {
    name: 'another case than the one that was chosen',
    words: 'Of two cases of a branch the one is chosen, and the other begins.',
    file: 'src/machines/workflow-guards.ts',
    find: '(args.event.data.choice ?? null) === at.choice',
    replace: '(args.event.data.choice ?? null) !== at.choice',
    invariant: 4,
  },
  {
    name: 'one round too many',
    words: 'A loop goes round once more than it may.',
    file: 'src/machines/workflow-guards.ts',
    find: 'args.context.refs.get(step) < max',
    replace: 'args.context.refs.get(step) <= max',
    invariant: 4,
  },
  {
    name: 'one item too many',
    words: 'A map does one item more at once than it may.',
    file: 'src/machines/workflow-moves.ts',
    find: 'if (open >= limit) break',
    replace: 'if (open > limit) break',
    invariant: 4,
  },
  {
    name: 'a map goes on while its run stops',
    words: 'The item whose failure stops a run lets the next one begin.',
    file: 'src/machines/workflow-body.ts',
    find: "target: FAILING, actions: ['settleStray']",
    replace: "target: FAILING, actions: ['settleItem']",
    invariant: 4,
  },
  {
    name: 'a run below another always does well',
    words: 'Who started a run is told that it completed, however it ended.',
    file: 'src/machines/workflow-setup.ts',
    find: "const status = as !== 'ended' ? 'completed'",
    replace: "const status = as.length > 0 ? 'completed'",
    invariant: 4,
  },
  {
    name: 'every second step is passed over',
    words: 'What follows a step in a row is not the next one, but the one after that.',
    file: 'src/machines/workflow-body.ts',
    find: 'entrance(nodes.slice(i + 1, i + 2), next)',
    replace: 'entrance(nodes.slice(i + 2, i + 3), next)',
    invariant: 4,
  },
]
