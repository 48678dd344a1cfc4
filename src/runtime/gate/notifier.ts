/**
 * Notifier: tells the code of a user what becomes of gates, so that people hear of them: a message, a mail, a page. Each gate's events
 * in their order, after they are durable. What the code throws, or how long it takes, is nobody else's: it is logged, and goes no
 * further. It answers nothing, and writes nothing.
 */
import type { Logger } from '../../actors/task-context.ts'
import { HUB, idOf, kindOf, type Address } from '../../messages/address.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Clock } from '../clock.ts'
import { GATE_ENDINGS } from '../../messages/gate.ts'
import type { GatePage } from '../gate-list.ts'
import type { Journal } from '../journal.ts'
import { scan } from '../scan.ts'
import type { SignalStream } from '../signal-stream.ts'
import type { GateInfo } from './info.ts'
import { allOpen } from './opened.ts'

/** What became of a gate, or what somebody did with it. */
export interface GateNotice {
  readonly type: 'opened' | 'reassigned' | 'escalated' | 'ended'
  /** As it stands when that is told: with the next one, more may have happened. */
  readonly gate: GateInfo
  /** It is of an earlier process life, in which somebody may have been told of it. */
  readonly again: boolean
}

/** May return a promise: the next notice of that gate waits for it, as long as `limits.notify`. */
export type NotifyGate = (notice: GateNotice) => unknown

const ENDS = GATE_ENDINGS.map(state => `gate.${state}`)
/** Process lives that may die in a row before an end that they did not tell is told to nobody. */
const LIVES = 3

export interface NotifierParts {
  readonly journal: Journal
  readonly stream: SignalStream
  readonly list: (options: { open: true; cursor: string }) => GatePage
  readonly get: (id: string) => GateInfo | undefined
  readonly clock: Clock
  /** One that does not throw. */
  readonly log: Logger
  /** Milliseconds after which a notice is not waited for any longer. */
  readonly patience: number
}

interface Word extends Omit<GateNotice, 'gate'> {
  readonly address: Address
}

/** From now on, as long as there are signals. */
export function notifyOfGates(notify: NotifyGate, parts: NotifierParts): void {
  const { stream, list, get, log } = parts
  const lines = new Map<Address, Promise<void>>()
  let isOver = false
  const stops = new Set<() => void>()
  const tellAfter = async (
    before: Promise<void> | undefined,
    { address, type, again }: Word,
  ): Promise<void> => {
    await before
    if (isOver) return
    try {
      const gate = get(idOf(address))
      if (gate !== undefined) await within(parts, stops, gate, async () => notify({ type, gate, again }))
    } catch (error) {
      log.error({ err: error, gate: address }, 'somebody was not told of a gate')
    }
  }
  const tell = (address: Address, type: GateNotice['type'], again: boolean): void => {
    const told = tellAfter(lines.get(address), { address, type, again }).finally(() => {
      if (lines.get(address) === told) lines.delete(address)
    })
    lines.set(address, told)
  }
  /** The runtime has ended: no timer keeps the process. */
  const end = (): void => {
    isOver = true
    for (const stop of stops) stop()
  }
  const hear = (signal: Signal): void => {
    // What is open by then was opened in an earlier process life.
    if (signal.to === HUB && signal.name === 'hub.running') {
      for (const { to } of endedLately(parts, signal)) tell(to, 'ended', true)
      for (const { address } of allOpen(list)) tell(address, 'opened', true)
    }
    const type = noticeOf(signal)
    if (type !== undefined) tell(signal.to, type, false)
  }
  stream.signals$.subscribe({ next: hear, complete: end, error: end })
}

/** What ended in lives that did not close gracefully: they may have died before they told of it. */
function* endedLately({ journal }: NotifierParts, { seq: before }: Signal): Generator<Signal> {
  const last = (name: string, limit: number): number =>
    journal.query({ types: [name], before, order: 'desc', limit }).at(-1)?.seq ?? 0
  const after = Math.max(last('hub.closed', 1), last('hub.running', LIVES))
  if (after > 0) yield* scan(journal, { types: ENDS, after, before })
}

/** What a signal is to those who are told of gates. */
function noticeOf({ to, type, name, data, refused, final }: Signal): GateNotice['type'] | undefined {
  if (kindOf(to) !== 'gate' || refused !== null) return undefined
  if (final) return 'ended'
  if (name === 'gate.opened') return 'opened'
  if (type === 'gate.reassign') return 'reassigned'
  const isLate = type === 'hub.timer' && (data as { readonly event: string }).event === 'gate.overdue'
  return isLate || type === 'gate.escalate' ? 'escalated' : undefined
}

/** Whatever takes too long is left behind. */
async function within(
  { clock, patience, log }: NotifierParts,
  stops: Set<() => void>,
  { address }: GateInfo,
  call: () => Promise<unknown>,
): Promise<void> {
  let stop = (): void => {}
  const late = new Promise<void>(resolve => {
    const cancel = clock.after(patience, () => {
      log.warn({ gate: address, ms: patience }, 'who was told of a gate takes too long: it is not waited for')
      resolve()
    })
    stop = () => {
      cancel()
      resolve()
    }
  })
  stops.add(stop)
  try {
    await Promise.race([call(), late])
  } finally {
    stop()
    stops.delete(stop)
  }
}
