/** Gate list: gates that wait for an answer, or all that history knows, a page at a time. It looks; it changes nothing. */
import { z } from 'zod'
import { parse } from '../actors/schema.ts'
import { checkId, kindOf, rootOf } from '../messages/address.ts'
import type { HandleHost } from './handles.ts'
import { GateHandle, seenAt, seenIn, type Seen } from './gate-handle.ts'
import { infoOf, type GateInfo } from './gate/info.ts'
import type { Journal } from './journal.ts'
import type { Population } from './population.ts'
import { scan } from './scan.ts'

/** Records that one page reads at most: a page may be short, or empty, and still have a next one. */
const MAX_SCANNED = 10_000

export interface GateFilter {
  /** True: those that wait for an answer; false: those that have ended. Default: both. */
  readonly open?: boolean | undefined
  /** `open`, `held`, or how it ended. */
  readonly state?: string | undefined
  /** A run, by its id: its gates, those of its tasks' handlers, and those of the runs below it. */
  readonly run?: string | undefined
  /** The agent whose handler asks, by its id. */
  readonly agent?: string | undefined
  /** Who is asked now, or was last. */
  readonly assignedTo?: string | undefined
}

export interface GatePage {
  readonly gates: readonly GateInfo[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

export interface GateListParts {
  readonly journal: Journal
  readonly population: Population
  readonly handles: HandleHost
}

const shape = z.strictObject({
  open: z.boolean().optional(),
  state: z.string().optional(),
  agent: z.string().optional(),
  assignedTo: z.string().optional(),
  run: z.string().optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})

/** By their opening, oldest first. @throws StatorError INPUT_INVALID, ADDRESS_INVALID */
export function listGates(
  parts: GateListParts,
  options: GateFilter & { readonly limit?: number; readonly cursor?: string },
): GatePage {
  const { limit = 100, cursor = '0', ...filter } = parse(shape, options, 'INPUT_INVALID', 'filter')
  const { open, run } = filter
  if (run !== undefined) checkId(run, 'run id')
  const gates: GateInfo[] = []
  let after = Number(cursor)
  let scanned = 0
  for (const { seen, position } of open === true ? living(parts, after) : opened(parts, run, after)) {
    after = position
    scanned++
    const info = seen === undefined ? undefined : infoOf(seen, parts.journal)
    if (info !== undefined && fits(info, filter)) gates.push(info)
    if (gates.length === limit || scanned === MAX_SCANNED) return { gates, next: String(after) }
  }
  return { gates, next: null }
}

function fits(info: GateInfo, { open, state, run, agent, assignedTo }: GateFilter): boolean {
  return (
    (open === undefined || (info.outcome === null) === open) &&
    (state === undefined || info.state === state) &&
    (run === undefined || isOf(info, run)) &&
    (agent === undefined || info.agent === agent) &&
    (assignedTo === undefined || info.assignedTo === assignedTo)
  )
}

/** What handlers ask belongs to a run also where their task has an address of its own. */
function isOf({ address, conversation, chain }: GateInfo, run: string): boolean {
  if (conversation !== rootOf(`workflow/${run}`)) return false
  return !run.includes('/') || address.startsWith(`gate/${run}/`) || chain.includes(`workflow/${run}`)
}

interface Candidate {
  readonly seen: Seen | undefined
  /** Of the signal that opened it. */
  readonly position: number
}

/** Those that wait, in memory or parked: nobody is brought back for it. One that cannot be loaded is not shown: see runtime.held(). */
function living({ population, journal }: GateListParts, after: number): Candidate[] {
  const found = new Map<string, Candidate>()
  for (const cell of population.cells())
    if (kindOf(cell.address) === 'gate')
      found.set(cell.address, { seen: seenIn(cell), position: cell.createdSeq })
  for (const checkpoint of journal.checkpoints({ kind: 'gate' })) {
    const { address, createdSeq: position } = checkpoint
    if (!found.has(address) && !population.stranded().has(address))
      found.set(address, { seen: seenAt(checkpoint), position })
  }
  return [...found.values()]
    .filter(({ position }) => position > after)
    .toSorted((a, b) => a.position - b.position)
}

/** All that were ever opened, and not pruned since. */
function* opened(
  { journal, handles }: GateListParts,
  run: string | undefined,
  after: number,
): Generator<Candidate> {
  const within = run === undefined ? {} : { correlationId: rootOf(`workflow/${run}`) }
  for (const { to, seq, data } of scan(journal, { ...within, types: ['gate.opened'], after }))
    yield { seen: data === null ? undefined : new GateHandle(handles, to).seen(), position: seq }
}
