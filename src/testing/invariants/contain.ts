/**
 * Invariant 11: what users' code does harms nobody else. Each failure must have a reason of its own, found in the ledger of the
 * outside or in the records; the hub goes on. The executor is not looked at.
 *
 * That nothing escapes to the process (an unhandled rejection, an uncaught exception) no check here can tell in time: Node speaks of
 * it only when a simulation lets go of the loop, long after the step that caused it. Test runners fail on it by themselves.
 */
import { StatorError, type Failure } from '../../errors.ts'
import type { Json } from '../../messages/json.ts'
import { decode, type JournalRecord } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import type { Entry } from '../host/ledger.ts'
import { endOf, GIVEN_UP, textOf, TIMEOUTS, type Attempt } from './attempt.ts'
import type { Books } from './books.ts'
import type { Invariant } from './invariant.ts'
import { hangFault } from './timers.ts'
import { reading } from './reading.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

export const contain: Invariant = {
  number: 11,
  promise: 'User code that throws, hangs or leaks never ends the process nor harms a sibling.',
  watch: reading(shadow => {
    /** What the journal said of its last owner when it was opened. */
    let clean = false
    let closed: number | undefined
    let halted = false
    return {
      starting: ({ simulation }) => {
        clean = simulation.state.clean
        halted = false
        closed ??= lastClose(simulation.state.records)
      },
      moved: (move, { simulation }) => {
        const { signal } = move
        const wrong =
          endFault(move, shadow) ??
          lateFault(move, shadow) ??
          interruptionFault(move, shadow, clean, closed ?? 0)
        if (wrong !== undefined)
          simulation.break(11, `signal ${signal.seq}, ${signal.type} to ${signal.to}: ${wrong}`)
        if (signal.type === 'hub.close' && signal.refused === null) closed = signal.seq
      },
      crashed: ({ point }) => {
        halted = point === 'refused'
      },
      outside: (entry, { simulation }) => {
        if (halted && (entry.what === 'sub' || entry.what === 'start'))
          simulation.break(11, `the handler of ${entry.task} goes on after the journal failed`)
        if (isIdle(entry, shadow.books))
          simulation.break(
            11,
            `a sub-step of attempt ${entry.attempt} of ${entry.task} ran, and the attempt was over`,
          )
      },
      refused: ({ what }, error, life) => stopFault(what, error, life),
      answered: ({ what }, life, error) => stopFault(what, error, life),
      escaped: (error, { simulation }) =>
        simulation.break(11, `this would have ended the process: ${textOfThrown(error)}`),
      between: life => {
        const wrong = shadow.isQuiet(life)
          ? (hangFault(life.simulation, shadow) ?? silenceFault(shadow))
          : undefined
        if (wrong !== undefined) life.simulation.break(11, wrong)
      },
      drained: life => {
        const { hub } = life.runtime.status()
        if (shadow.hub === 'running' && hub !== 'running')
          life.simulation.break(11, `the hub is ${hub} by itself`)
      },
    }
  }),
}

/** However a handler ends, its task hears of it. */
function silenceFault(shadow: Shadow): string | undefined {
  for (const { task, turn } of shadow.books.settled)
    if (!shadow.isHeld(task))
      return `the handler of attempt ${turn} of ${task} has ended, and nobody took note`
  for (const { task, turn } of shadow.books.stale)
    if (!shadow.isHeld(task))
      return `the handler of attempt ${turn} of ${task} ended too late, and that is not recorded`
  return undefined
}

/** A hub that nobody stopped does not stop. */
function stopFault(what: string, error: unknown, { isUp, simulation }: Life): void {
  if (isUp && error instanceof StatorError && error.code === 'JOURNAL_FAILED')
    simulation.break(11, `${what} was refused, for the hub has stopped by itself`)
}

function textOfThrown(error: unknown): string {
  try {
    return String(error)
  } catch {
    return 'what cannot be read'
  }
}

/** Where the hub was closed for the last time, in a journal that was there before. */
function lastClose(records: readonly JournalRecord[]): number {
  return records.findLast(record => decode(record).name === 'hub.closed')?.seq ?? 0
}

/** A sub-step that begins after its attempt is over. */
function isIdle(entry: Entry, books: Books): boolean {
  return entry.what === 'sub' && books.attemptOf(entry)?.over !== undefined
}

/** An attempt ends as its handler did. */
function endFault({ signal }: Move, { books }: Shadow): string | undefined {
  const { type, to, data, refused } = signal
  if (refused !== null || (type !== 'task.done' && type !== 'task.failed')) return undefined
  const told = data as unknown as { readonly turn: number; readonly output: Json; readonly error: Failure }
  const attempt = books.attempts.get(`${to} ${told.turn}`)
  // Not every handler can be seen.
  if (attempt === undefined || attempt.handler === 'unseen') return undefined
  return type === 'task.done' ? outputFault(attempt, told.output, books) : errorFault(attempt, told.error)
}

function outputFault(attempt: Attempt, output: Json, books: Books): string | undefined {
  if (attempt.handler !== 'output')
    return attempt.handler === 'error'
      ? `its handler threw ${textOf(attempt.said)}`
      : 'its handler has not returned'
  const name = books.works.get(attempt.task)?.spec.task ?? ''
  const schema = books.agent(attempt.agent)?.handlers.get(name)?.task.output
  if (schema === undefined || attempt.said === '(not JSON)') return undefined
  const parsed = schema.safeParse(attempt.said)
  const isIt = parsed.success && JSON.stringify(parsed.data) === JSON.stringify(output)
  return isIt
    ? undefined
    : `its handler returned ${JSON.stringify(attempt.said)}, not ${JSON.stringify(output)}`
}

/** What is wrong with an output is found out after its handler returned. */
const OF_OUTPUTS: ReadonlySet<string> = new Set([
  'OUTPUT_INVALID',
  'NOT_JSON',
  'MESSAGE_TOO_LARGE',
  'MESSAGE_TOO_DEEP',
])
/** A long message is cut. */
const READABLE = 1_000

function errorFault({ handler, said }: Attempt, { code, message }: Failure): string | undefined {
  // Whether too early, another check says.
  if (GIVEN_UP.has(code)) return undefined
  if (handler === 'start') return `failed with ${code}, and its handler still runs`
  if (handler === 'output')
    return OF_OUTPUTS.has(code) ? undefined : `failed with ${code}, and its handler returned`
  return textOf(said).includes(message.slice(0, READABLE))
    ? undefined
    : `its handler threw ${textOf(said)}, not ${message}`
}

/** An attempt that was stopped takes no time any more. */
function lateFault({ signal }: Move, { books }: Shadow): string | undefined {
  const { type, to, data, refused, from } = signal
  if (refused === null || (type !== 'task.done' && type !== 'task.failed') || !from.startsWith('agent/'))
    return undefined
  const { turn, error } = data as unknown as { readonly turn: number; readonly error?: Failure }
  const attempt = books.attempts.get(`${to} ${turn}`)
  if (attempt?.over === undefined || attempt.life !== books.life) return undefined
  // What takes too long is told whatever its handler does then, and may wait in line while the attempt is stopped.
  return TIMEOUTS.has(error?.code) && endOf(attempt) > attempt.over
    ? `attempt ${turn} was over, and was not stopped`
    : undefined
}

/** An interruption counts unless the last owner closed, and then it does not. */
function interruptionFault(
  { signal }: Move,
  { books, debts }: Shadow,
  clean: boolean,
  closed: number,
): string | undefined {
  if (signal.type !== 'task.interrupted' || signal.refused !== null) return undefined
  // Told in an earlier life, of an earlier end.
  if ([...debts.rows.values()].some(({ to }) => to === signal.to)) return undefined
  const told = (signal.data as { readonly clean: boolean }).clean
  if (told !== clean)
    return told
      ? 'told that the hub had closed, and it had not'
      : 'told that the hub had crashed, and it had closed'
  const work = books.works.get(signal.to)
  return told && work !== undefined && closed < work.since
    ? 'told that the hub had closed, and nobody closed it'
    : undefined
}
