/** What a run takes now: control, its signals, its updates, as its machine's guards say. It asks, and moves nothing. */
import { z } from 'zod'
import type { Schema } from '../actors/schema.ts'
import { CLIENT } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import { workflowMessages, workflowPublic } from '../messages/workflow.ts'
import { canTake } from './can-take.ts'
import type { Cell } from './cell.ts'

export interface AllowedEvent {
  /** The type of a control message, such as `workflow.pause`; the name of a signal or of an update. */
  readonly event: string
  readonly as: 'control' | 'signal' | 'update'
  /** JSON Schema of its data; null where that cannot be written as one. */
  readonly schema: Json
}

/** An event that somebody means, with its data where a guard may ask for that. */
export interface Meant {
  readonly as: AllowedEvent['as']
  readonly event: string
  readonly data?: Json
}

type Control = (typeof workflowPublic)[number]

const CONTROL = workflowPublic.filter(type => type !== 'workflow.signal' && type !== 'workflow.update')

/** Everything that can be said to it, in any state. */
export function* events({ definition }: Cell): Generator<Omit<AllowedEvent, 'schema'> & { shape: Schema }> {
  for (const event of CONTROL) yield { event, as: 'control', shape: workflowMessages[event] as Schema }
  const { signals, updates } = definition.surface ?? {}
  for (const [event, shape] of signals ?? []) yield { event, as: 'signal', shape }
  for (const [event, { input: shape }] of updates ?? []) yield { event, as: 'update', shape }
}

export function allowed(cell: Cell): AllowedEvent[] {
  return [...events(cell)]
    .filter(meant => takes(cell, meant))
    .map(({ event, as, shape }) => ({ event, as, schema: jsonSchemaOf(shape) }))
}

/** A check of a user that throws takes nothing. */
export function fits(shape: Schema, data: unknown): boolean {
  try {
    return shape.safeParse(data).success
  } catch {
    return false
  }
}

/** Would it take that? */
export function takes(cell: Cell, { as, event, data }: Meant): boolean {
  // The hub itself ends a run, in whatever state it is; but one that stays for the run above it.
  if (as === 'control' && event === 'workflow.terminate') return cell.state !== 'settled'
  // What the hub holds does not move.
  if (cell.held !== null) return false
  return tries(cell, { as, event, ...(data === undefined ? {} : { data }) }).some(({ type, said }) =>
    canTake(cell.definition.machine, cell.snapshot, {
      seq: cell.seq + 1,
      at: 0,
      type,
      to: cell.address,
      from: CLIENT,
      data: said,
      stamp: null,
      causationId: 0,
    } as never),
  )
}

/** The message that it would be; of a word to a held step, one for each of those. */
function tries(cell: Cell, { as, event, data = null }: Meant): { type: string; said: Json }[] {
  if (as === 'signal') return [{ type: 'workflow.signal', said: { name: event, data } }]
  if (as === 'update') return [{ type: 'workflow.update', said: { name: event, data, answer: null } }]
  if (!(event as Control).startsWith('step.') || data !== null) return [{ type: event, said: data ?? {} }]
  const held = cell.definition.run?.held?.(cell.snapshot.context) ?? []
  return held.map(({ step }) => ({ type: event, said: { step, reason: event } }))
}

function jsonSchemaOf(shape: Schema): Json {
  try {
    return z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' }) as unknown as Json
  } catch {
    return null
  }
}
