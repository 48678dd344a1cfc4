/** Gate words: what a gate must say as it opens and as it ends: to the run that waits for it, and to the agent that it pauses. Read from records. */
import type { Command, Send } from '../../messages/command.ts'
import type { GateOpen } from '../../messages/gate.ts'
import type { Signal } from '../../messages/signal.ts'

interface Said extends Pick<GateOpen, 'step' | 'visit' | 'item'> {
  readonly status: string
  readonly error?: { readonly code: string }
  readonly output?: unknown
}

interface End {
  readonly state: string
  /** As a run is told of its step. */
  readonly status: string
  readonly code: string | undefined
}

const APPROVED: End = { state: 'approved', status: 'completed', code: undefined }
const EXPIRED: End = { state: 'expired', status: 'failed', code: 'GATE_EXPIRED' }
const ENDS: Readonly<Record<string, End>> = {
  'gate.approve': APPROVED,
  'gate.reject': { state: 'rejected', status: 'failed', code: 'GATE_REJECTED' },
  'gate.cancel': { state: 'cancelled', status: 'cancelled', code: 'CANCELLED' },
}

/** By which message, or which of its timers. */
export const wayOf = ({ type, data }: Signal): string =>
  type === 'hub.timer' ? (data as { readonly event: string }).event : type

/** What it comes to. */
export const endOf = ({ onExpire }: GateOpen, { type }: Signal): End =>
  ENDS[type] ?? (onExpire === 'approve' ? APPROVED : EXPIRED)

const wordsOf = (commands: readonly Command[], event: (name: string) => boolean): Send[] =>
  commands.filter((command): command is Send => command.type === 'send' && event(command.event))

/** Who waits for it is told how it ended, for the step that waits, and once; before that nothing. */
export function runFault(spec: GateOpen, signal: Signal, commands: readonly Command[]): string | undefined {
  const words = wordsOf(commands, event => !event.startsWith('agent.'))
  const isUnheard = (signal.data as { readonly unheard?: boolean }).unheard === true
  const waits = signal.final && spec.parent !== undefined && spec.step !== undefined && !isUnheard
  if (words.length !== (waits ? 1 : 0)) return `says ${words.length} things`
  const [word] = words
  if (word === undefined) return undefined
  const said = word.data as unknown as Said
  const where = JSON.stringify([word.to, word.event, said.step, said.visit, said.item])
  const wanted = JSON.stringify([spec.parent, 'step.done', spec.step, spec.visit, spec.item])
  if (where !== wanted) return `says ${where} instead of ${wanted}`
  const { status, code } = endOf(spec, signal)
  const told = JSON.stringify([said.status, said.error?.code, outputOf(said.output)])
  const must = JSON.stringify([status, code, status === 'completed' ? answerOf(signal) : undefined])
  return told === must ? undefined : `tells its run ${told} instead of ${must}`
}

/** Of what its time approved the words are its own. */
function answerOf({ type, data }: Signal): unknown {
  if (type !== 'gate.approve') return { approved: true, by: 'system/clock' }
  const { by, reason, data: given } = data as Record<string, unknown>
  return { approved: true, by, reason, data: given }
}

function outputOf(output: unknown): unknown {
  if (output === undefined) return undefined
  const { approved, by, reason, data } = output as Record<string, unknown>
  return by === 'system/clock' ? { approved, by } : { approved, by, reason, data }
}

/** The agent whose handler asks is paused as it opens, where that is said, and as it ends let go, or stopped: by it, and once. */
export function agentFault(spec: GateOpen, signal: Signal, commands: readonly Command[]): string | undefined {
  const words = wordsOf(commands, event => event.startsWith('agent.')).map(word => [
    word.to,
    word.event,
    (word.data as { readonly by?: string }).by,
  ])
  const event = agentWord(spec, signal)
  const by = event === 'agent.stop' ? undefined : signal.to
  const wanted = event === undefined ? [] : [[spec.asker?.agent, event, by]]
  const [told, must] = [JSON.stringify(words), JSON.stringify(wanted)]
  return told === must ? undefined : `tells agents ${told} instead of ${must}`
}

function agentWord(spec: GateOpen, signal: Signal): string | undefined {
  if (spec.asker === undefined) return undefined
  if (!signal.final) return spec.pauses === true ? 'agent.pause' : undefined
  if (spec.onReject === 'stop' && endOf(spec, signal).status === 'failed') return 'agent.stop'
  return spec.pauses === true ? 'agent.resume' : undefined
}
