/**
 * Forks of campaigns: at every position of a journal a fork is made, and compared with what the journal itself was when that was its last
 * one. Where a pruning took what a fork needs, the first position that is named must be the first that can be.
 */
import { StatorError, fork, type Signal } from 'stator'
import type { Setup } from '../../src/testing/host/stage.ts'
import type { Watcher } from '../../src/testing/host/watcher.ts'
import { replay } from '../../src/testing/invariants/replay.ts'
import { emptyMemory, memory, type MemoryState } from '../../src/runtime/memory-journal.ts'
import { campaign } from './campaign.ts'

/** What a journal was after each of its commits, by its last position then. */
type Moments = Map<number, MemoryState>

const copyOf = (state: MemoryState): MemoryState => ({
  ...state,
  records: [...state.records],
  checkpoints: new Map(state.checkpoints),
  pending: new Map(state.pending),
  results: new Map([...state.results].map(([owner, results]) => [owner, new Map(results)])),
  keys: new Map(state.keys),
  cached: new Map(state.cached),
})

const cursorAt = (position: number): string => position.toString(36)

/** What is wrong with forks of this campaign; each position that `looksAt` says. */
export async function wrongForks(seed: number, looksAt: (position: number) => boolean): Promise<string[]> {
  const moments: Moments = new Map()
  let end: { state: MemoryState; setup: Setup } | undefined
  const watcher: Watcher = {
    durable: (_, { simulation }) => {
      const { state } = simulation
      moments.set(state.records.at(-1)?.seq ?? state.anchor.seq, copyOf(state))
    },
    up: life => {
      end = { state: life.simulation.state, setup: life.simulation.setup(life) }
    },
  }
  await campaign(seed, { watchers: [watcher] })
  if (end === undefined) return []
  const { setup } = end
  const state = { ...copyOf(end.state), owned: false }
  const wrong: string[] = []
  const last = state.records.at(-1)?.seq ?? 0
  let refused: { at: number; first: number | null } | undefined
  for (let at = 1; at <= last; at++) {
    if (!looksAt(at) && refused === undefined) continue
    const forked = tryFork(state, at)
    if ('first' in forked) {
      if (refused !== undefined && refused.first !== forked.first)
        wrong.push(`seed ${seed}: at ${refused.at} first is ${refused.first}, at ${at} ${forked.first}`)
      if (forked.first === at) wrong.push(`seed ${seed}: refused at ${at}, which it names`)
      refused = { at, first: forked.first }
      continue
    }
    if (refused !== undefined && refused.first !== at)
      wrong.push(`seed ${seed}: at ${refused.at} first is ${refused.first}, and it is ${at}`)
    refused = undefined
    const difference = compare(forked, moments.get(at), state, at === last, setup)
    if (difference !== null) wrong.push(`seed ${seed}, position ${at} of ${last}: ${difference}`)
  }
  return wrong
}

function tryFork(state: MemoryState, at: number): MemoryState | { first: number | null } {
  const into = emptyMemory()
  try {
    fork(memory(state), { at: cursorAt(at), into: memory(into), newId: () => 'fork' })
    return into
  } catch (error) {
    if (error instanceof StatorError && error.code === 'FORK_IMPOSSIBLE')
      return { first: error.details['first'] as number | null }
    throw error
  }
}

/** Within a turn there was no such journal: then it must be one that replays. */
function compare(
  forked: MemoryState,
  moment: MemoryState | undefined,
  end: MemoryState,
  isLast: boolean,
  setup: Setup,
): string | null {
  const now = replay(forked, setup, 'checkpoints')
  for (const [address, { code, reason }] of now.stranded)
    if (code === 'REPLAY_DIVERGED') return `${address} diverged: ${reason}`
  if (moment === undefined) return null
  const then = replay(moment, setup, 'checkpoints')
  const mail = isLast ? 'all' : 'caused'
  return (
    differ('actors', texts(now.actors), texts(then.actors)) ??
    differ('stranded', texts(now.stranded), texts(then.stranded)) ??
    differ('pending', pendingOf(forked, mail), pendingOf(moment, mail)) ??
    differ('keys', forked.keys, stillIn(moment.keys, end.keys)) ??
    differ('cached', forked.cached, stillIn(moment.cached, end.cached))
  )
}

/** What a pruning has erased since, a fork has not. */
const stillIn = (then: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): Map<string, string> =>
  new Map([...then].filter(([key]) => now.has(key)))

const texts = (map: ReadonlyMap<string, unknown>): Map<string, string> =>
  new Map([...map].map(([key, value]) => [key, JSON.stringify(value)]))

/** By place in the order; what waits for an actor that is held, and has no cause, has no position. */
function pendingOf({ pending }: MemoryState, mail: 'all' | 'caused'): Map<string, string> {
  const all = [...pending.values()].map(text => {
    const { id: _, ...message } = JSON.parse(text) as Signal & { id: number }
    return message
  })
  const some = mail === 'all' ? all : all.filter(({ causationId }) => causationId > 0)
  return new Map(some.map(message => [`${message.causationId}/${message.output}`, JSON.stringify(message)]))
}

function differ(
  what: string,
  has: ReadonlyMap<string, string>,
  should: ReadonlyMap<string, string>,
): string | null {
  for (const [key, text] of should)
    if (has.get(key) !== text) return `${what}: ${key} is ${has.get(key)}, and should be ${text}`
  for (const key of has.keys()) if (!should.has(key)) return `${what}: ${key} should not be there`
  return null
}
