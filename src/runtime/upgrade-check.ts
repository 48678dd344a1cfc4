/**
 * upgradeCheck(): what would become of every living run of a journal with these workflows, before they are deployed. It reads, also
 * beside a runtime that owns the journal; it runs users' migrations on copies, and nothing else of theirs.
 */
import { queue } from '../actors/queue.ts'
import type { AnyWorkflow } from '../actors/workflow.ts'
import { StatorError } from '../errors.ts'
import { kindOf, type Address } from '../messages/address.ts'
import type { Signal } from '../messages/signal.ts'
import type { Checkpoint, DefinitionRef, Journal } from './journal.ts'
import { Door } from './door.ts'
import { limitsOf } from './limits.ts'
import { decode } from './record.ts'
import { Registry } from './registry.ts'
import { scan } from './scan.ts'
import { successionOf, titleOf } from './verdict.ts'

export const VERDICTS = ['same', 'pinned', 'compatible', 'migrates', 'refused'] as const

/**
 * `same`: its very definition is there. `pinned`: that too, beside other versions of it. `compatible`: its version is there with
 * another structure, in which it can go on. `migrates`: another version has a migration from its own, which works for it. `refused`: it
 * would be held.
 */
export type UpgradeVerdict = (typeof VERDICTS)[number]

export interface RunUpgrade {
  readonly run: Address
  readonly workflow: string
  /** The version that it runs on now. */
  readonly version: string
  readonly verdict: UpgradeVerdict
  /** The version that it would run on; absent where it would not. */
  readonly to?: string
  /** Every reason of a refusal, in words; else none. */
  readonly reasons: readonly string[]
}

export interface UpgradeReport {
  /** Every run that has not ended, ordered by address. */
  readonly runs: readonly RunUpgrade[]
  /** Other actors (tasks, agents, queues…) that were written by a version of Stator that this one does not go on with. */
  readonly others: readonly { readonly address: Address; readonly reasons: readonly string[] }[]
  readonly counts: Readonly<Record<UpgradeVerdict, number>>
  /** False where anybody would be held. */
  readonly ok: boolean
}

/** What is asked of a journal: an open one, or what `readJournal` of stator/sqlite gives. */
export type UpgradeSource = Pick<Journal, 'query' | 'get' | 'checkpoints'>

/**
 * @throws StatorError ALREADY_REGISTERED, DEFINITION_INVALID: the workflows cannot be registered together; JOURNAL_CLOSED, and what
 * reading a journal throws
 */
export function upgradeCheck(journal: UpgradeSource, workflows: readonly AnyWorkflow[]): UpgradeReport {
  const registry = registryOf(workflows)
  const runs = new Map<Address, RunUpgrade>()
  const others: { address: Address; reasons: readonly string[] }[] = []
  for (const checkpoint of journal.checkpoints({})) {
    const { address } = checkpoint
    if (kindOf(address) === 'workflow') runs.set(address, fromCheckpoint(journal, registry, checkpoint))
    else if (registry.named(address, checkpoint.definition, () => undefined) === undefined)
      others.push({ address, reasons: reasonsOf(checkpoint, registry) })
  }
  for (const { to: address, data } of startsOf(journal, runs))
    runs.set(address, fromStart(registry, address, data as unknown as Started))
  const all = [...runs.values()].toSorted((a, b) => (a.run < b.run ? -1 : 1))
  const counts = Object.fromEntries(
    VERDICTS.map(verdict => [verdict, all.filter(run => run.verdict === verdict).length]),
  ) as Record<UpgradeVerdict, number>
  return { runs: all, others, counts, ok: counts.refused === 0 && others.length === 0 }
}

/** All that a process with these workflows would know; who handles their tasks, and from which queue, does not matter here. */
function registryOf(workflows: readonly AnyWorkflow[]): Registry {
  const limits = limitsOf()
  const registry = new Registry(value => Door.admit(value, limits))
  for (const workflow of workflows) {
    for (let isIn = false; !isIn;) isIn = add(registry, workflow)
  }
  return registry
}

/** False where it lacked a queue that is there now. */
function add(registry: Registry, workflow: AnyWorkflow): boolean {
  try {
    registry.addWorkflow(workflow)
    return true
  } catch (error) {
    if (!(error instanceof StatorError) || error.code !== 'QUEUE_UNKNOWN') throw error
    registry.addQueue(queue(String(error.details['queue'])))
    return false
  }
}

function fromCheckpoint(journal: UpgradeSource, registry: Registry, checkpoint: Checkpoint): RunUpgrade {
  const { address, definition: ref, createdSeq } = checkpoint
  const create = (): Signal | undefined => {
    const record = journal.get(createdSeq)
    return record === undefined ? undefined : decode(record)
  }
  if (registry.named(address, ref, create) !== undefined) return known(registry, address, ref)
  const found = successionOf(checkpoint, registry)
  if (found.verdict === 'refused')
    return { ...base(address, ref), verdict: 'refused', reasons: found.reasons }
  if (isBehind(journal, checkpoint)) return { ...base(address, ref), verdict: 'refused', reasons: [BEHIND] }
  return { ...base(address, ref), verdict: found.verdict, to: found.to.ref.version, reasons: [] }
}

const BEHIND =
  'it has moved since its last checkpoint, and only the code that it runs on can fold that: close the runtime once with that code (runtime.close()), then check again'

/** Has it moved, or been held, since? */
function isBehind(journal: UpgradeSource, { address, seq }: Checkpoint): boolean {
  for (const { refused } of scan(journal, { actor: address, after: seq }))
    if (refused === null || refused.code === 'MACHINE_FAULT') return true
  return false
}

interface Started {
  readonly workflow: string
  readonly version: string
  readonly hash: string
}

/** The messages that started runs of which there is no checkpoint, and which have not ended. */
function* startsOf(journal: UpgradeSource, checked: ReadonlyMap<Address, RunUpgrade>): Generator<Signal> {
  for (const signal of scan(journal, { types: ['workflow.start'] })) {
    const { to, refused, final, data } = signal
    if (refused !== null || final || data === null || checked.has(to)) continue
    const [last] = journal.query({ actor: to, order: 'desc', limit: 1 })
    if (last !== undefined && !hasEnded(journal, last)) yield signal
  }
}

/** What comes after an end is refused, as nobody lives there; a run may have been spoken to once it had ended. */
function hasEnded(journal: UpgradeSource, { to, final, toState, seq }: Signal): boolean {
  if (final || toState !== null) return final
  for (const signal of scan(journal, { actor: to, before: seq })) if (signal.final) return true
  return false
}

function fromStart(registry: Registry, run: Address, { workflow: name, version, hash }: Started): RunUpgrade {
  const ref = { name, version, hash }
  const isKnown = name === 'graph' || registry.named(run, ref, () => undefined) !== undefined
  if (isKnown) return known(registry, run, ref)
  const reason = registry.alike(run, ref).length === 0 ? `${titleOf(ref)} is not registered` : BEHIND
  return { ...base(run, ref), verdict: 'refused', reasons: [reason] }
}

function known(registry: Registry, run: Address, ref: DefinitionRef): RunUpgrade {
  const verdict = registry.alike(run, ref).length > 1 ? 'pinned' : 'same'
  return { ...base(run, ref), verdict, to: ref.version, reasons: [] }
}

const base = (
  run: Address,
  { name, version }: DefinitionRef,
): Pick<RunUpgrade, 'run' | 'workflow' | 'version'> => ({
  run,
  workflow: name,
  version,
})

function reasonsOf(checkpoint: Checkpoint, registry: Registry): readonly string[] {
  const found = successionOf(checkpoint, registry)
  return found.verdict === 'refused' ? found.reasons : []
}
