/** Mail history: who said what to whom, and what became of it, by agent and by conversation. It looks; it changes nothing. */
import { z } from 'zod'
import { parse } from '../../actors/schema.ts'
import type { Failure } from '../../errors.ts'
import type { TaskContext } from '../../machines/task.ts'
import { checkName, idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { MAIL_TYPES, type MailType } from '../../messages/mail.ts'
import type { Signal } from '../../messages/signal.ts'
import type { TaskCreate } from '../../messages/task.ts'
import type { HandleHost } from '../handles.ts'
import type { Journal } from '../journal.ts'
import { taskOutcome } from '../outcome.ts'
import { scan } from '../scan.ts'

/** Records that one page reads at most: a page may be short, or empty, and still have a next one. */
const MAX_SCANNED = 10_000

export interface MailFilter {
  /** By its id: what it said, and what was said to it. */
  readonly agent?: string | undefined
  /** As in `ctx.mail.conversation`. */
  readonly conversation?: string | undefined
  readonly type?: MailType | undefined
  /** True: only questions to specialists. */
  readonly consultations?: boolean | undefined
}

export interface MailPage {
  readonly messages: readonly MailInfo[]
  /** Give it as `cursor` for what follows; null: that was all. */
  readonly next: string | null
}

/** One message to one agent. */
export interface MailInfo {
  /** Of the task that it is. */
  readonly id: string
  readonly type: MailType
  /** Addresses. `to` is null of a consultation that nobody has taken yet. */
  readonly from: string
  readonly to: string | null
  readonly topic: string | null
  readonly conversation: string
  /** The name of the task that it is said as, and what is said. */
  readonly task: string
  readonly input: Json
  /** Whoever said it waits, or waited, for the answer. */
  readonly asks: boolean
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly state: 'waiting' | 'running' | 'handled' | 'failed' | 'cancelled' | 'dead'
  /** What its handler returned; null until then. */
  readonly answer: Json
  readonly error: Failure | null
}

export interface MailHistoryParts {
  readonly journal: Journal
  readonly handles: HandleHost
}

const shape = z.strictObject({
  agent: z.string().optional(),
  conversation: z.string().min(1).optional(),
  type: z.enum(MAIL_TYPES).optional(),
  consultations: z.boolean().optional(),
  limit: z.int().min(1).max(1_000).optional(),
  cursor: z
    .string()
    .regex(/^\d{1,16}$/)
    .optional(),
})

/** @throws StatorError INPUT_INVALID, ADDRESS_INVALID */
export function mailHistory(
  { journal, handles }: MailHistoryParts,
  options: MailFilter & { readonly limit?: number; readonly cursor?: string },
): MailPage {
  const { limit = 100, cursor = '0', ...filter } = parse(shape, options, 'INPUT_INVALID', 'filter')
  const { agent, conversation, type, consultations } = filter
  const whose = agent === undefined ? undefined : `agent/${checkName(agent, 'agent id')}`
  const within = conversation === undefined ? {} : { correlationId: conversation }
  const messages: MailInfo[] = []
  let scanned = 0
  for (const created of scan(journal, { ...within, types: ['task.create'], after: Number(cursor) })) {
    scanned++
    const spec = created.refused === null ? (created.data as unknown as TaskCreate | null) : null
    const { mail } = spec ?? {}
    const mayFit =
      mail !== undefined &&
      (type === undefined || mail.type === type) &&
      (consultations === undefined || (mail.consults !== undefined) === consultations)
    const info = mayFit ? infoOf(created, spec as TaskCreate, handles) : undefined
    if (info !== undefined && (whose === undefined || info.from === whose || info.to === whose))
      messages.push(info)
    if (messages.length === limit || scanned === MAX_SCANNED) return { messages, next: String(created.seq) }
  }
  return { messages, next: null }
}

function infoOf(
  { to, at, correlationId }: Signal,
  spec: TaskCreate,
  handles: HandleHost,
): MailInfo | undefined {
  const { mail, task, input, agent } = spec
  if (mail === undefined) return undefined
  const { type, from, topic = null, asks = false } = mail
  const said = { id: idOf(to), type, from, topic, conversation: correlationId, task }
  return { ...said, input, asks, at, ...standing(to, handles, agent) }
}

type Stand = Pick<MailInfo, 'to' | 'state' | 'answer' | 'error'>

const STATES: Readonly<Record<string, MailInfo['state']>> = {
  running: 'running',
  completed: 'handled',
  failed: 'failed',
  blocked: 'failed',
  cancelled: 'cancelled',
  dead: 'dead',
}

/** Whoever had it says so. */
const ENDED_BY_AGENT: ReadonlySet<string> = new Set(['task.done', 'task.failed'])

function standing(address: Address, handles: HandleHost, first: string | undefined): Stand {
  const cell = handles.cell(address)
  if (cell !== undefined) {
    const { error, agent, spec } = cell.snapshot.context as TaskContext
    // It may have been handed on.
    const by = agent ?? spec?.agent ?? null
    return { state: STATES[cell.state] ?? 'waiting', answer: null, error, to: by }
  }
  const ending = handles.ending(address)
  // Pruned, or in a journal that cannot be brought back: what became of it is not known.
  if (ending === undefined) return { state: 'waiting', answer: null, error: null, to: first ?? null }
  const { output = null, error = null } = taskOutcome(ending)
  const to = ENDED_BY_AGENT.has(ending.type) ? ending.from : (first ?? null)
  return { state: STATES[ending.toState ?? ''] ?? 'failed', answer: output, error, to }
}
