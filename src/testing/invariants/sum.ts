/**
 * Invariant 7: the sum of messages holds. What was emitted is one record or one row of the journal, what a client was told is
 * accepted is one record, and nothing arrives that nobody sent. It looks at records and rows, never at queues of the runtime.
 */
import type { Address } from '../../messages/address.ts'
import type { Message } from '../../messages/message.ts'
import type { Signal } from '../../messages/signal.ts'
import type { PendingMessage } from '../../runtime/journal.ts'
import { decode } from '../../runtime/record.ts'
import type { Life } from '../host/life.ts'
import { budgetFaults, budgetsLeft } from './budgets.ts'
import { inputFault, Senders } from './inputs.ts'
import type { Invariant } from './invariant.ts'
import { reading, type Taken } from './reading.ts'
import { projectFaults, projectsLeft } from './projects.ts'
import { sentOf } from './sent.ts'
import { keyOf, type Move, type Owed } from './shade.ts'
import type { Shadow } from './shadow.ts'

export const sum: Invariant = {
  number: 7,
  promise: 'Every accepted message is processed, waiting, dead-lettered or expired: the sum always holds.',
  watch: reading(shadow => {
    const senders = new Senders()
    const accepted = new Set<number>()
    const report = ({ simulation }: Life, wrong: string | undefined): void => {
      if (wrong !== undefined) simulation.break(7, wrong)
    }
    return {
      starting: life => {
        senders.begin(shadow)
        report(life, rowsFault(shadow))
      },
      moved: (move, life) => {
        const wrong =
          arrivalFault(move) ??
          inputFault(move, shadow, senders) ??
          budgetFaults(move, shadow) ??
          projectFaults(move, shadow)
        report(life, wrong === undefined ? undefined : `${labelOf(move.signal)}: ${wrong}`)
      },
      took: (taken, life) => {
        report(life, keptFault(taken) ?? deliveredFault(taken, shadow) ?? besidesFault(taken))
      },
      asked: what => senders.asked(what),
      acknowledged: (address, life, said, signal) => {
        report(life, acceptedFault(address, shadow, said.what, signal))
        if (signal !== undefined && accepted.has(signal.seq))
          report(life, `signal ${signal.seq} is two acknowledged messages`)
        if (signal !== undefined) accepted.add(signal.seq)
      },
      drained: life =>
        report(
          life,
          rowsFault(shadow) ?? leftFault(shadow) ?? budgetsLeft(shadow) ?? projectsLeft(shadow, life),
        ),
    }
  }),
}

const labelOf = ({ seq, type, to }: Signal): string => `signal ${seq}, ${type} to ${to}`

/** What arrives is what was emitted, to the letter. */
function arrivalFault({ signal, arrived, known }: Move): string | undefined {
  if (signal.causationId === 0 || !known) return undefined
  if (arrived === undefined) return `nobody sent it: output ${signal.output} of signal ${signal.causationId}`
  return differs(signal, arrived)
}

function differs(
  message: Message & { readonly hops: number; readonly depth: number },
  owed: Owed,
): string | undefined {
  const wrong = (what: string, is: unknown, must: unknown): string =>
    `its ${what} is ${JSON.stringify(is)} instead of ${JSON.stringify(must)}`
  if (message.priority !== owed.priority) return wrong('priority', message.priority, owed.priority)
  if (message.correlationId !== owed.correlationId)
    return wrong('correlation', message.correlationId, owed.correlationId)
  if (message.hops !== owed.hops) return wrong('hops', message.hops, owed.hops)
  if (message.depth !== owed.depth) return wrong('depth', message.depth, owed.depth)
  const step = stepOf(owed)
  // The hub could not make it, and tells its sender instead.
  const isFault = owed.isMade && message.type === 'fault' && message.from === 'system/hub'
  if (isFault && message.to === (owed.from === 'system/hub' ? owed.to : owed.from))
    return stepOf(message) === step ? undefined : wrong('step', stepOf(message), step)
  if (message.type !== owed.type) return wrong('type', message.type, owed.type)
  if (message.to !== owed.to) return wrong('recipient', message.to, owed.to)
  if (message.from !== owed.from) return wrong('sender', message.from, owed.from)
  if (owed.isMade) return stepOf(message) === step ? undefined : wrong('step', stepOf(message), step)
  const data = sentOf(message)
  return data === owed.data || JSON.stringify(data) === JSON.stringify(owed.data)
    ? undefined
    : wrong('data', data, owed.data)
}

const stepOf = ({ data }: Pick<Message, 'data'>): unknown =>
  (data as { readonly step?: unknown } | null)?.step

/** What was emitted and did not arrive in the same batch is kept as pending with it, once and whole. */
function keptFault({ batch, emitted, overwritten }: Taken): string | undefined {
  const [over] = overwritten
  if (over !== undefined) return `row ${over.id}, ${over.type} to ${over.to}, took the place of another`
  const lost = emitted.find(({ arrived, row }) => !arrived && row === undefined)
  if (lost !== undefined)
    return `${lost.type} to ${lost.to}, of signal ${lost.causationId}, is neither delivered nor pending`
  for (const row of batch.pending) {
    if (row.causationId === 0) continue
    // What somebody stumbled over and gets again was emitted twice.
    const owed = emitted.findLast(({ key }) => key === keyOf(row))
    if (owed === undefined || owed.arrived || owed.row !== row)
      return `row ${row.id}, ${row.type} to ${row.to}, is pending and nobody is owed it`
    const wrong = differs(row, owed)
    if (wrong !== undefined) return `row ${row.id}, ${row.type} to ${row.to}: ${wrong}`
  }
  return undefined
}

/** A row goes when its message is delivered, not earlier and not later. */
function deliveredFault({ batch, moves, delivered }: Taken, shadow: Shadow): string | undefined {
  const gone = new Set(batch.delivered)
  const late = moves.find(({ arrived }) => arrived?.row !== undefined && !gone.has(arrived.row.id))
  if (late !== undefined) return `${labelOf(late.signal)} is delivered, and still pending`
  for (const [index, row] of delivered.entries()) {
    if (row === undefined) return `row ${batch.delivered[index]} was delivered, and never was pending`
    if (moves.some(({ signal }) => isSame(signal, row))) continue
    // Which agent gets a task that is held is decided anew.
    if (row.type !== 'task.start' || !shadow.isHeld(row.to))
      return `row ${row.id}, ${row.type} to ${row.to}, was dropped`
  }
  return undefined
}

const isSame = (signal: Signal, row: PendingMessage): boolean =>
  signal.type === row.type &&
  signal.to === row.to &&
  signal.from === row.from &&
  signal.causationId === row.causationId &&
  signal.output === row.output &&
  (row.causationId > 0 || JSON.stringify(sentOf(signal)) === JSON.stringify(row.data))

/** What is added to a group comes to life by the message that it caused; a key of a shared value is its writer's. */
const makes = ({ to, type }: Signal, address: Address): boolean =>
  to === address || type === 'group.add' || to.startsWith('context/')

/** What is committed beside records belongs to them: results of sub-steps, keys of submissions. */
function besidesFault({ batch: { results, keys, signals } }: Taken): string | undefined {
  const recorded = signals.filter(({ type, refused }) => type === 'task.recorded' && refused === null)
  if (recorded.length !== results.length)
    return `${recorded.length} sub-steps are recorded with ${results.length} results`
  for (const [index, { to, data }] of recorded.entries()) {
    const { name, value } = data as { readonly name: string; readonly value: unknown }
    const result = results[index]
    const isIt =
      result?.owner === to && result.name === name && JSON.stringify(result.value) === JSON.stringify(value)
    if (!isIt) return `the result of ${name} of ${to} is not what was recorded`
  }
  const stray = keys.find(
    ({ seq, address }) =>
      !signals.some(each => each.seq === seq && makes(each, address) && each.refused === null),
  )
  return stray === undefined ? undefined : `key ${stray.key} names signal ${stray.seq}, which created nobody`
}

/** Who was told that something is accepted finds it recorded. */
function acceptedFault(
  address: Address,
  shadow: Shadow,
  what: string,
  signal: Signal | undefined,
): string | undefined {
  const { records, anchor } = shadow.stage.state
  if (signal === undefined) {
    const isThere = shadow.created.has(address) || shadow.strangers.has(address) || anchor.seq > 0
    return isThere ? undefined : `${what} of ${address} was accepted, and nothing is recorded of it`
  }
  const record = records[signal.seq - anchor.seq - 1]
  if (record === undefined)
    return signal.seq <= anchor.seq ? undefined : `signal ${signal.seq} was accepted and is not recorded`
  const { type, to, refused } = decode(record)
  return type === signal.type && to === signal.to && refused === null
    ? undefined
    : `signal ${signal.seq} was accepted and is recorded as another one`
}

/** Where nothing is left to happen, only mail of those who do not move is left. */
function leftFault(shadow: Shadow): string | undefined {
  if (shadow.hub !== 'running') return undefined
  for (const { id, type, to } of shadow.debts.rows.values())
    if (!shadow.isHeld(to) && !shadow.strangers.has(to))
      return `row ${id}, ${type} to ${to}, was never delivered`
  return undefined
}

/** The rows are those that the batches wrote and did not take away. */
function rowsFault({ debts: { rows }, stage }: Shadow): string | undefined {
  const { pending } = stage.state
  for (const [id, row] of rows) {
    const text = pending.get(id)
    if (text === undefined) return `row ${id}, ${row.type} to ${row.to}, is lost`
    if (text !== JSON.stringify(row)) return `row ${id}, ${row.type} to ${row.to}, has changed`
  }
  const stray = [...pending.keys()].find(id => !rows.has(id))
  return stray === undefined ? undefined : `row ${stray} is pending, and nobody wrote it or it was delivered`
}
