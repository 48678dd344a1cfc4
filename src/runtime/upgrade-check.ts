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
import { checkJournal } from './check-options.ts'
import { Door } from './door.ts'
import { systemHost } from './host.ts'
import { bringsItsOwn } from './identity.ts'
import { limitsOf } from './limits.ts'
import { decode } from './record.ts'
import { Registry } from './registry.ts'
import { tailOf, type Moved } from './upgrade-tail.ts'
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

/** What is asked of a journal that is open. */
export type UpgradeReads = Pick<Journal, 'standing' | 'query' | 'get' | 'checkpoints'>

/** A journal that somebody else may own and write, such as `readJournal(path)` gives it. */
export interface UpgradeReader extends UpgradeReads {
  /** All reads of the work see one state. */
  snapshot<T>(work: () => T): T
}

/**
 * Looks at every living run. `source` is a reader, or a journal that is not open; it is not changed.
 * @throws StatorError DEFINITION_INVALID (no journal, no workflows), ALREADY_REGISTERED (the workflows cannot be registered together),
 * and as opening and reading the journal does
 */
export function upgradeCheck(
  source: Journal | UpgradeReader,
  workflows: readonly AnyWorkflow[],
): UpgradeReport {
  const registry = registryOf(workflows)
  if (isReader(source)) return source.snapshot(() => checkOf(source, registry))
  checkJournal(source, 'source')
  source.open({ newId: systemHost.ids })
  try {
    return checkOf(source, registry)
  } finally {
    source.close()
  }
}

const isReader = (source: Journal | UpgradeReader): source is UpgradeReader =>
  typeof (source as Partial<UpgradeReader> | null)?.snapshot === 'function'

function checkOf(journal: UpgradeReads, registry: Registry): UpgradeReport {
  const tail = tailOf(journal, journal.standing().tailAfter)
  const runs = new Map<Address, RunUpgrade>()
  const others: { address: Address; reasons: readonly string[] }[] = []
  for (const checkpoint of journal.checkpoints({})) {
    const { address, seq } = checkpoint
    const moved = tail.get(address)
    const since = moved !== undefined && moved.seq > seq ? moved : undefined
    if (kindOf(address) === 'workflow') runs.set(address, runOf(journal, registry, checkpoint, since))
    else if (registry.named(address, checkpoint.definition, () => undefined) === undefined)
      others.push({ address, reasons: reasonsOf(checkpoint, registry) })
  }
  for (const [address, { ref }] of tail)
    if (kindOf(address) === 'workflow' && !runs.has(address) && ref !== undefined)
      runs.set(address, begun(registry, address, ref))
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

function runOf(
  journal: UpgradeReads,
  registry: Registry,
  checkpoint: Checkpoint,
  since: Moved | undefined,
): RunUpgrade {
  const { address, createdSeq } = checkpoint
  const ref = since?.ref ?? checkpoint.definition
  const create = (): Signal | undefined => {
    const record = journal.get(createdSeq)
    return record === undefined ? undefined : decode(record)
  }
  if (registry.named(address, ref, create) !== undefined) return known(registry, address, ref)
  if (since !== undefined) return behind(registry, address, ref)
  const found = successionOf(checkpoint, registry)
  if (found.verdict === 'refused')
    return { ...base(address, ref), verdict: 'refused', reasons: found.reasons }
  return { ...base(address, ref), verdict: found.verdict, to: found.to.ref.version, reasons: [] }
}

/** Of a run that began in the tail. What came as data brings its own definition. */
function begun(registry: Registry, run: Address, ref: DefinitionRef): RunUpgrade {
  const isKnown = bringsItsOwn(ref) || registry.named(run, ref, () => undefined) !== undefined
  return isKnown ? known(registry, run, ref) : behind(registry, run, ref)
}

/** What was recorded since a checkpoint only the definition can fold that wrote it: whether another could go on cannot be told yet. */
function behind(registry: Registry, run: Address, ref: DefinitionRef): RunUpgrade {
  const reason =
    registry.alike(run, ref).length === 0
      ? `${titleOf(ref)} is not registered, nor any other version of ${ref.name}`
      : `${titleOf(ref)} is not registered, and the run has moved since its last checkpoint: close a runtime with that version gracefully, then check again`
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
