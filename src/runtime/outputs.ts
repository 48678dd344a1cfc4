/** Outputs of steps: kept beside a run's snapshot while it is in memory, and read where their tasks recorded them. */
import type { GraphContext } from '../machines/graph.ts'
import { kindOf } from '../messages/address.ts'
import type { Json } from '../messages/json.ts'
import type { Message } from '../messages/message.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { decode } from './record.ts'

/** Keeps the output of a step that completed with `cause`, for mappers and for the result. */
export function rememberOutput(cell: Cell, message: Pick<Message, 'type' | 'data'>, cause: Signal): void {
  if (message.type !== 'step.done' || kindOf(cell.address) !== 'workflow') return
  const done = message.data as { step: number; status: string }
  // Where a pruning erased it, there is nothing to keep.
  if (done.status !== 'completed' || cause.data === null) return
  cell.outputs ??= []
  cell.outputs[done.step] = (cause.data as { output: Json }).output
}

/** At hand (null is an output too), or read, and then at hand. */
export function outputOf(cell: Cell, graph: GraphContext['graph'], step: number, journal: Journal): Json {
  const known = cell.outputs?.[step]
  if (known !== undefined) return known
  const record = journal.get(graph.refs.get(step))
  const data = record === undefined ? null : (decode(record).data as { output?: Json } | null)
  const output = data?.output ?? null
  cell.outputs ??= []
  cell.outputs[step] = output
  return output
}
