/**
 * Explore: every state that a machine can reach, as one call. The search itself is search.ts; nothing is decided here.
 *
 * Why not xstate/graph: getAdjacencyMap throws at its limit instead of giving what it has, ends at the first guard that
 * throws, and sees neither actions nor transitions; so it cannot know which timers are armed (createTestModel refuses
 * `after` and `invoke`), nor which branch of a guard was taken. Its getShortestPaths is the oracle of our tests.
 */
import type { AnyStateMachine } from 'xstate'
import { conclude } from './conclude.ts'
import type { Exploration, ExploreOptions } from './explored.ts'
import { Search } from './search.ts'

/**
 * Explores a machine from its first state with every event that its states name, with every delay in every order that is
 * possible, and with every end of what it invokes; nothing is run. Guards see the payloads that `options.events` gives, so
 * what they allow is found as far as the payloads show it. The same arguments give the same result.
 *
 * @param machine any XState v5 machine
 * @param options payloads, input, what tells states apart, and bounds: 1,000 states, 100,000 events, any depth
 * @returns the states with their shortest paths, the transitions between them, and what of the machine was not covered
 * @throws StatorError CHECK_INVALID for a bound that is no whole number, for an event that the machine does not name,
 * for payloads that cannot be used; MACHINE_FAULT where the machine cannot start
 */
export function explore<M extends AnyStateMachine>(
  machine: M,
  options: ExploreOptions<M> = {},
): Exploration<M> {
  return conclude(new Search(machine, options).run())
}
