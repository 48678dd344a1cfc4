/** Termination: what the hub owes when it ends a run as it stands: a word to all that lives below it, and one to the run above it. */
import { rootOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import type { Signal } from '../../messages/signal.ts'
import type { Debts } from './debts.ts'
import { isOwn, type Move, type Shade } from './shade.ts'

interface Place {
  readonly parent?: Address | Above | null
}

/** Where a run stands in the one above it. */
interface Above {
  readonly address: Address
  readonly step: number
  readonly visit?: number
  readonly item?: number
}

const WORDS: Partial<Record<Shade['sort'], string>> = {
  task: 'task.cancel',
  gate: 'gate.cancel',
  workflow: 'workflow.terminate',
}

/** Where an actor belongs, as it was created. */
function parentOf({ standing: { context } }: Shade): Address | undefined {
  const { spec, parent } = context as { readonly spec?: Place | null } & Place
  const above = spec?.parent ?? parent
  return typeof above === 'object' ? above?.address : above
}

interface Owing {
  readonly to: Address
  readonly type: string
  readonly data: Json
  readonly correlationId: string
}

interface Known {
  readonly actors: ReadonlyMap<Address, Shade>
  readonly debts: Debts
}

/** What becomes of a message of which no machine is asked; undefined of any other. */
export function decidedByHub(met: Move, run: Shade, known: Known): Move | undefined {
  const { type, refused } = met.signal
  // Users' code said no: that nobody can know but who ran it.
  if (type === 'workflow.update' && refused?.code === 'UPDATE_FAILED')
    return { ...met, to: run.state, refusal: 'UPDATE_FAILED' }
  return type === 'workflow.terminate' ? terminated(met, run, known) : undefined
}

/** The hub ends it itself, also where it is held. */
function terminated(met: Move, run: Shade, { actors, debts }: Known): Move {
  const { signal } = met
  const { refusal, owed } = termination(run, signal, actors)
  const move = { ...met, wasHeld: false }
  if (refusal !== null) return { ...move, to: run.state, refusal, allowed: ['workflow.release'] }
  for (const [output, message] of owed.entries())
    debts.owe(run, signal, { ...message, from: run.address, output, isMade: true })
  run.state = 'terminated'
  return { ...move, to: 'terminated', name: 'workflow.terminated', final: true }
}

/** What the run above it is told: it was not done, or not undone. */
function wordOf({ address, standing: { context } }: Shade, told: boolean): Json {
  const { address: _, ...place } = (context as { readonly parent: Above }).parent
  return {
    ...place,
    ...(told ? { undo: true, status: 'failed' } : { status: 'cancelled' }),
    error: { name: 'Terminated', message: `${address} was terminated`, code: 'TERMINATED' },
  }
}

/** Those below come in the order in which they were created. */
function termination(
  run: Shade,
  signal: Signal,
  actors: ReadonlyMap<Address, Shade>,
): { readonly refusal: string | null; readonly owed: readonly Owing[] } {
  const above = isOwn(run) ? undefined : parentOf(run)
  const { told = false } = run.standing.context as { readonly told?: boolean }
  if (told && run.state === 'settled' && signal.from !== above) return { refusal: 'EVENT_REFUSED', owed: [] }
  const correlationId = rootOf(run.address)
  const owed: Owing[] = []
  for (const actor of actors.values()) {
    const type = WORDS[actor.sort]
    if (type === undefined || parentOf(actor) !== run.address) continue
    owed.push({ to: actor.address, type, data: signal.data, correlationId })
  }
  if (above !== undefined && above !== signal.from)
    owed.push({ to: above, type: 'step.done', data: wordOf(run, told), correlationId })
  return { refusal: null, owed }
}
