// One audit from start to end on Stator: continue or begin, follow, write the report. Two runs with fixed ids live in
// the journal: the task `inventory`, whose output names the commit, and the graph `audit` that is planned from it.
// Never in here: arguments, the process, or what the checks do.
import { StatorError } from 'stator'
import type { Progress, Run, RunOutcome, Runtime } from 'stator'
import type { z } from 'zod'
import { findRepository, UsageError } from './cli.ts'
import type { AuditOptions, Repository } from './cli.ts'
import { auditGraph, crew, inventoryTask } from './crew.ts'
import { follow } from './follow.ts'
import { git } from './git.ts'
import { inventorySchema } from './inventory.ts'
import type { Inventory } from './inventory.ts'
import { clearOut, holdsReport, makeOut, openRuntime, writeReport } from './out.ts'
import { planAudit } from './plan.ts'
import type { Presenter } from './progress.ts'
import { buildReport, makeReport, renderReport, reportResultSchema } from './report.ts'
import { roles } from './roles.ts'
import * as words from './words.ts'

const INVENTORY = 'inventory'
const AUDIT = 'audit'

type ReportResult = z.infer<typeof reportResultSchema>

/** Whom a run speaks to, and who may end it. */
export interface Surroundings {
  presenter: Presenter
  /** A line for people. */
  say: (text: string) => void
  /** Aborts when the audit shall end early, with all that is done kept. */
  stop: AbortSignal
}

/** Runs the audit, or goes on with it. True when the report is there, false when tasks failed. */
export const audit = async (options: AuditOptions, around: Surroundings): Promise<boolean> => {
  const repository = await findRepository(options.path)
  const { out, fresh, wait } = options
  const patience = { wait, waiting: () => around.say(words.waiting(out, wait)), stop: around.stop }
  makeOut(out)
  if (fresh) await clearOut(out, patience)
  const runtime = await openRuntime(out, patience)
  const close = (): void => void runtime.close({ drain: '2s' })
  around.stop.addEventListener('abort', close)
  try {
    around.stop.throwIfAborted()
    return await new Audit(runtime, repository, options, around).run()
  } finally {
    around.stop.removeEventListener('abort', close)
    await runtime.close({ drain: '2s' })
  }
}

/** The audit cannot be ended well; its message is for people. */
export class FailedError extends Error {
  readonly exitCode = 1
  constructor(message: string) {
    super(message)
    this.name = 'FailedError'
  }
}

class Audit {
  readonly #runtime: Runtime
  readonly #repository: Repository
  readonly #options: AuditOptions
  readonly #around: Surroundings

  constructor(runtime: Runtime, repository: Repository, options: AuditOptions, around: Surroundings) {
    this.#runtime = runtime
    this.#repository = repository
    this.#options = options
    this.#around = around
  }

  async run(): Promise<boolean> {
    const began = performance.now()
    const { say, presenter } = this.#around
    const resumed = this.#belongsHere()
    const known = this.#runtime.run(AUDIT)
    const standing = standingOf(known)
    if (standing === 'ended') return this.#end(await this.#inventory(true), known)
    if (standing !== 'unknown') await this.#requireCommit()
    if (!resumed) say(words.begin(this.#repository, this.#options.out))
    else say(words.resume(standing === 'unknown' ? undefined : standing))
    for (const agent of crew(this.#repository.root, this.#options.concurrency))
      await this.#runtime.agents.register(agent)
    await this.#letGo()
    const inventory = await this.#inventory(resumed)
    const run = await this.#start(inventory)
    await follow(this.#runtime, AUDIT, planAudit(inventory), presenter)
    return this.#end(inventory, run, began)
  }

  /** Whether there is an audit in the journal. It must be one of this repository. */
  #belongsHere(): boolean {
    const [first] = this.#runtime.history({ actor: `task/${INVENTORY}`, types: ['task.create'], limit: 1 })
    if (first === undefined) return false
    const { metadata } = first.data as { metadata?: { repository?: string } }
    const { root } = this.#repository
    if (metadata?.repository !== root)
      throw new UsageError(words.foreign(this.#options.out, metadata?.repository ?? 'something else', root))
    return true
  }

  /** Tasks that a kill interrupted: starting the audit again says that they may be done again. */
  async #letGo(): Promise<void> {
    for (const { address, code } of this.#runtime.held())
      if (code === 'INTERRUPTED') await this.#runtime.release(address)
  }

  /** What the journal has, or has from now on: the commit does not change when HEAD moves. */
  async #inventory(resumed: boolean): Promise<Inventory> {
    const { root, name } = this.#repository
    const { out } = this.#options
    const handle = resumed
      ? this.#runtime.task(inventoryTask, INVENTORY)
      : await this.#runtime.submit(
          inventoryTask,
          { revision: 'HEAD', repository: name },
          { id: INVENTORY, metadata: { repository: root } },
        )
    const { status, output, error } = await handle.outcome()
    if (status !== 'completed') throw new FailedError(words.noInventory(error?.message ?? status, out))
    return inventorySchema.parse(output)
  }

  /** Starts the graph, or finds it started: the same id with the same plan is the same run. */
  async #start(inventory: Inventory): Promise<Run> {
    try {
      return await this.#runtime.startGraph(auditGraph(inventory), { id: AUDIT })
    } catch (error) {
      if (error instanceof StatorError && error.code === 'IDEMPOTENCY_CONFLICT')
        throw new FailedError(words.otherVersion(this.#options.out))
      throw error
    }
  }

  /** A journal says which commit; whoever throws commits away cannot go on. */
  async #requireCommit(): Promise<void> {
    const { root } = this.#repository
    const { commit } = await this.#inventory(true)
    try {
      await git(root, ['cat-file', '-e', `${commit}^{commit}`])
    } catch {
      throw new FailedError(words.lost(root, commit))
    }
  }

  /** Says how it ended, when it ended now, or that it had ended before. */
  async #end(inventory: Inventory, run: Run, began?: number): Promise<boolean> {
    const { commit } = inventory
    const { out } = this.#options
    const { say } = this.#around
    const outcome = await run.outcome()
    if (outcome.status === 'completed') {
      const result = await this.#deliver(inventory, outcome)
      if (began === undefined) say(words.already(Object.keys(outcome.outputs).length, commit))
      else say(words.finished(inventory, performance.now() - began))
      say(words.result(result, out))
    } else say(words.failed(outcome, out))
    if (commit !== this.#repository.head) say(words.moved(commit, this.#repository.head))
    return outcome.status === 'completed'
  }

  /** Makes the files from what the journal holds; they must be what the report task saw. */
  async #deliver(inventory: Inventory, { outputs }: RunOutcome): Promise<ReportResult> {
    const { out } = this.#options
    const result = reportResultSchema.parse(outputs['report'])
    if (holdsReport(out, result.sha256)) return result
    const input = { inventory, summaries: roles.map(role => outputs[`${role}.summary`]) }
    const { sha256 } = await makeReport(input)
    if (sha256.markdown !== result.sha256.markdown || sha256.json !== result.sha256.json)
      throw new FailedError(words.otherVersion(out))
    writeReport(out, renderReport(buildReport(input)))
    return result
  }
}

/** Where the run stands, if it was ever started. */
const standingOf = (run: Run): Progress | 'ended' | 'unknown' => {
  try {
    run.status()
  } catch (error) {
    if (error instanceof StatorError && error.code === 'NOT_FOUND') return 'unknown'
    throw error
  }
  return run.current() ?? 'ended'
}
