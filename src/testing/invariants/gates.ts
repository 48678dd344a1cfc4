/**
 * Gates: who a gate may take an answer from, whom it asks next and when, when its time is over, and what it tells whoever waits for it:
 * once, at its end, with what was answered. Read from records, and not from the machine.
 */
import type { AgentContext } from '../../machines/agent.ts'
import { HUB, kindOf, type Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { GateOpen } from '../../messages/gate.ts'
import type { Signal } from '../../messages/signal.ts'
import { agentFault, endOf, runFault, wayOf } from './gate-words.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

/** A gate as its records say that it stands. */
interface Asked {
  readonly spec: GateOpen
  /** Who is to answer, and how many of the list were asked up to them. */
  to: string | undefined
  level: number
}

const asked = new WeakMap<Shadow, Map<Address, Asked>>()

export function gateFaults({ signal, actor, isNew, commands }: Move, shadow: Shadow): string | undefined {
  const { to, refused, final } = signal
  if (actor?.sort !== 'gate') return undefined
  const known = asked.get(shadow) ?? new Map<Address, Asked>()
  asked.set(shadow, known)
  if (isNew && refused === null) {
    const spec = signal.data as unknown as GateOpen
    const gate = { spec, to: spec.approvers?.[0], level: spec.approvers === undefined ? 0 : 1 }
    known.set(to, gate)
    const times = [spec.expires, turnOf(gate)]
    return (
      timeFault(times, commands) ??
      agentFault(gate.spec, signal, commands) ??
      runFault(spec, signal, commands)
    )
  }
  const gate = known.get(to)
  // It was opened before the simulation began.
  if (gate === undefined) return undefined
  if (refused !== null) return strangerFault(gate, signal)
  const wrong = final ? endFault(gate, signal, commands) : changeFault(gate, signal, commands)
  if (final) known.delete(to)
  return wrong
}

/** Milliseconds that whoever is asked has before somebody else is, or before its time is over. */
function turnOf({ spec, level }: Asked): number | undefined {
  const isLast = spec.approvers?.[level] === undefined
  return isLast && spec.expires !== undefined ? undefined : spec.escalateAfter
}

/** Only these timers are set. */
function timeFault(
  wanted: readonly (number | undefined)[],
  commands: readonly Command[],
): string | undefined {
  const delays = commands.flatMap(command => (command.type === 'timer.set' ? [command.delay] : []))
  const due = wanted.filter(delay => delay !== undefined)
  return delays.join() === due.join() ? undefined : `timers of ${delays.join()} ms instead of ${due.join()}`
}

const isAnswer = ({ type }: Signal): boolean => type === 'gate.approve' || type === 'gate.reject'

/** Is that somebody else than who is asked, where only that one may answer? */
const isStranger = ({ spec, to }: Asked, { data }: Signal): boolean =>
  spec.strict === true && to !== undefined && (data as { readonly by?: string }).by !== to

function strangerFault(gate: Asked, signal: Signal): string | undefined {
  if (!isAnswer(signal) || signal.refused?.code !== 'GATE_NOT_YOURS') return undefined
  return isStranger(gate, signal) ? undefined : 'refused to whoever is asked'
}

/** Somebody else is asked: nobody waits for that, and whoever it is has their own time. */
function changeFault(gate: Asked, signal: Signal, commands: readonly Command[]): string | undefined {
  const { approvers = [], escalateAfter } = gate.spec
  const isNext = signal.type === 'gate.escalate' || wayOf(signal) === 'gate.overdue'
  if (!isNext && signal.type !== 'gate.reassign') return 'it neither opens nor ends'
  const { to } = signal.data as { readonly to?: string }
  const next = isNext ? approvers[gate.level] : to
  if (next === undefined) return 'it asks somebody who is not there'
  const place = approvers.indexOf(next)
  gate.level = isNext ? gate.level + 1 : place < 0 ? gate.level : place + 1
  gate.to = next
  if (commands.some(({ type }) => type === 'send')) return 'it says that somebody else is asked'
  return escalateAfter === undefined ? timeFault([], commands) : timeFault([turnOf(gate)], commands)
}

function endFault(gate: Asked, signal: Signal, commands: readonly Command[]): string | undefined {
  const { spec } = gate
  if (isAnswer(signal) && isStranger(gate, signal)) return `answered by somebody else than ${gate.to}`
  const way = wayOf(signal)
  if (way === 'gate.overdue' && spec.approvers?.[gate.level] !== undefined)
    return 'it is over before all were asked'
  const owner = spec.parent ?? spec.asker?.task
  const isTheirs = owner === undefined || owner === signal.from || signal.from === HUB
  if (signal.type === 'gate.cancel' && !isTheirs)
    return `called off by ${signal.from}, for whom it was not opened`
  const { state } = endOf(spec, signal)
  if (signal.toState !== state) return `ends as ${String(signal.toState)} instead of ${state}`
  return runFault(spec, signal, commands) ?? agentFault(spec, signal, commands)
}

/** While the hub rests: a question that nobody waits for any more, or an agent that waits for an answer that was given. */
export function forgottenGate(shadow: Shadow): string | undefined {
  const gates = asked.get(shadow)
  for (const [address, { spec }] of gates ?? []) {
    const task = spec.asker?.task
    const isLeft = task !== undefined && !shadow.actors.has(task) && !shadow.strangers.has(task)
    if (isLeft && !shadow.isHeld(address)) return `${address} is open, and ${task}, which asked, has ended`
  }
  for (const { address } of shadow.books.helpers.values()) {
    const { pauses = [] } = (shadow.actors.get(address)?.standing.context ?? {}) as Partial<AgentContext>
    const left = pauses.find(({ by }) => by !== null && kindOf(by) === 'gate' && !shadow.actors.has(by))
    if (left !== undefined && !shadow.strangers.has(left.by as Address) && !shadow.isHeld(address))
      return `${address} is paused by ${left.by}, which has ended`
  }
  return undefined
}
