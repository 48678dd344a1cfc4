/** Steps of a run that wait for an operator: since when, and why, as the records of the run say. It looks; it changes nothing. */
import type { HeldNode } from '../actors/kind.ts'
import type { Failure } from '../errors.ts'
import type { Signal } from '../messages/signal.ts'
import type { Cell } from './cell.ts'
import type { Journal } from './journal.ts'
import { decode } from './record.ts'

/** Records that are read at once in the search for why. */
const PAGE = 100

export interface HeldStep {
  readonly step: string
  /** False: it failed past the point of no return; true: it is what undoes it that keeps failing. */
  readonly undo: boolean
  /** Milliseconds since the epoch; null where it is not known any more. */
  readonly since: number | null
  readonly error: Failure | null
}

export function heldSteps(cell: Cell, journal: Journal): HeldStep[] {
  const held = cell.definition.run?.held?.(cell.snapshot.context) ?? []
  return held.map(node => {
    const cause = causeOf(cell, node, journal)
    const { error } = (cause?.data ?? {}) as { readonly error?: Failure }
    return { step: node.step, undo: node.undo, since: cause?.at ?? null, error: error ?? node.error }
  })
}

function causeOf(cell: Cell, { since, index, undo }: HeldNode, journal: Journal): Signal | undefined {
  const record = since === 0 ? undefined : journal.get(since)
  if (record !== undefined) return decode(record)
  const isCause = ({ data, refused }: Signal): boolean => {
    const said = (data ?? {}) as { readonly step?: number; readonly undo?: boolean; readonly status?: string }
    return (
      refused === null && said.step === index && (said.undo === true) === undo && said.status !== 'completed'
    )
  }
  for (let before: number | undefined; ;) {
    const page = journal.query({
      actor: cell.address,
      types: ['step.done', 'fault'],
      order: 'desc',
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    })
    const cause = page.find(isCause)
    if (cause !== undefined || page.length < PAGE) return cause
    before = page.at(-1)?.seq
  }
}
