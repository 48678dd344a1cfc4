/**
 * Gates: what a gate may take, when its time is over, and what it tells the run that waits for it: once, at its end, with what was
 * answered. Read from records, and not from the machine.
 */
import { HUB, type Address } from '../../messages/address.ts'
import type { Command } from '../../messages/command.ts'
import type { GateOpen } from '../../messages/gate.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Move } from './shade.ts'
import type { Shadow } from './shadow.ts'

const asked = new WeakMap<Shadow, Map<Address, GateOpen>>()

export function gateFaults({ signal, actor, isNew, commands }: Move, shadow: Shadow): string | undefined {
  const { to, data, refused, final } = signal
  if (actor?.sort !== 'gate' || refused !== null) return undefined
  const known = asked.get(shadow) ?? new Map<Address, GateOpen>()
  asked.set(shadow, known)
  if (isNew) known.set(to, data as unknown as GateOpen)
  const spec = known.get(to)
  // It was opened before the simulation began.
  if (spec === undefined) return undefined
  if (isNew) return timeFault(spec, commands) ?? wordFault(undefined, commands)
  if (!final) return 'it neither opens nor ends'
  const isTheirs = [undefined, signal.from].includes(spec.parent) || signal.from === HUB
  if (signal.type === 'gate.cancel' && !isTheirs)
    return `called off by ${signal.from}, for whom it was not opened`
  return wordFault(spec, commands, signal)
}

/** It has one timer, as long as it was given. */
function timeFault({ expires }: GateOpen, commands: readonly Command[]): string | undefined {
  const delays = commands.flatMap(command => (command.type === 'timer.set' ? [command.delay] : []))
  const wanted = expires === undefined ? [] : [expires]
  return delays.join() === wanted.join()
    ? undefined
    : `timers of ${delays.join()} ms instead of ${wanted.join()}`
}

/** Who waits for it is told how it ended, for the step that waits; nobody is told anything else. */
function wordFault(
  spec: GateOpen | undefined,
  commands: readonly Command[],
  signal?: Signal,
): string | undefined {
  const words = commands.filter(command => command.type === 'send')
  const waits = signal !== undefined && spec?.parent !== undefined && spec.step !== undefined
  if (!waits || words.length !== 1)
    return words.length === (waits ? 1 : 0) ? undefined : `says ${words.length} things`
  const [word] = words
  const said = word?.data as unknown as Said
  const where = JSON.stringify([word?.to, word?.event, said.step, said.visit, said.item])
  const wanted = JSON.stringify([spec.parent, 'step.done', spec.step, spec.visit, spec.item])
  if (where !== wanted) return `says ${where} instead of ${wanted}`
  const { by, reason, data } = signal.data as Record<string, unknown>
  const [status, code] = ENDS[signal.type] ?? ENDS['hub.timer']
  const answer = status === 'completed' ? { approved: true, by, reason, data } : undefined
  const told = JSON.stringify([said.status, said.error?.code, said.output])
  const must = JSON.stringify([status, code, answer])
  return told === must ? undefined : `tells its run ${told} instead of ${must}`
}

interface Said extends Pick<GateOpen, 'step' | 'visit' | 'item'> {
  readonly status: string
  readonly error?: { readonly code: string }
  readonly output?: unknown
}

const ENDS: Readonly<Record<string, readonly [status: string, code: string | undefined]>> & {
  readonly 'hub.timer': readonly [string, string]
} = {
  'gate.approve': ['completed', undefined],
  'gate.reject': ['failed', 'GATE_REJECTED'],
  'gate.cancel': ['cancelled', 'CANCELLED'],
  'hub.timer': ['failed', 'GATE_EXPIRED'],
}
