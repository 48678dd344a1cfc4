// One audit from start to end on Stator: continue or begin, follow, and hand the report on to be published. In the journal
// live, with fixed ids, the task `inventory`, whose output names the commit, the graph `audit` that is planned from it, and
// the workflow `publish`.
// Never in here: arguments, the process, what the checks do, or how a report is published.
import { randomUUID } from 'node:crypto'
import { StatorError } from 'stator'
import type { Run, RunOutcome, Runtime } from 'stator'
import { findRepository, UsageError } from './cli.ts'
import type { AuditOptions, Repository } from './cli.ts'
import { auditGraph, crew, inventoryTask, isKnown, join } from './crew.ts'
import { follow } from './follow.ts'
import { git } from './git.ts'
import { inventorySchema } from './inventory.ts'
import type { Inventory } from './inventory.ts'
import { clearOut, makeOut, openRuntime } from './out.ts'
import { planAudit } from './plan.ts'
import type { Presenter } from './progress.ts'
import { endings, Publishing } from './publishing.ts'
import type { Audience, Ending } from './publishing.ts'
import { buildReport, makeReport, renderReport, reportResultSchema } from './report.ts'
import type { ReportResult, Texts } from './report.ts'
import { roles } from './roles.ts'
import { crewContext } from './shared.ts'
import * as words from './words.ts'

const INVENTORY = 'inventory'
const AUDIT = 'audit'

/** Whom a run speaks to; `stop` aborts when it shall end early, with all that is done kept. */
export interface Surroundings extends Audience {
  presenter: Presenter
}

/** Runs the audit, or goes on with it, and gives its exit code. */
export const audit = async (options: AuditOptions, around: Surroundings): Promise<Ending> => {
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
  /** Names it among all that were ever begun: what is published says which audit it is of. */
  #audit: string = randomUUID()

  constructor(runtime: Runtime, repository: Repository, options: AuditOptions, around: Surroundings) {
    this.#runtime = runtime
    this.#repository = repository
    this.#options = options
    this.#around = around
  }

  async run(): Promise<Ending> {
    const began = performance.now()
    const { say, presenter } = this.#around
    const resumed = this.#hasBegun()
    const known = this.#runtime.run(AUDIT)
    const going = isKnown(known) ? known.current() : undefined
    if (going === null) return this.#end(await this.#inventory(resumed), known)
    if (going !== undefined) await this.#requireCommit()
    if (!resumed) say(words.begin(this.#repository, this.#options.out))
    else say(words.resume(going))
    await join(this.#runtime, crew(this.#repository.root, this.#options.concurrency))
    const inventory = await this.#inventory(resumed)
    const run = await this.#start(inventory)
    await follow(this.#runtime, AUDIT, planAudit(inventory), presenter)
    return this.#end(inventory, run, began)
  }

  /** Whether there is an audit in the journal. It must be one of this repository. */
  #hasBegun(): boolean {
    const [first] = this.#runtime.history({ actor: `task/${INVENTORY}`, types: ['task.create'], limit: 1 })
    if (first === undefined) return false
    const { metadata = {} } = first.data as { metadata?: { repository?: string; audit?: string } }
    const { root } = this.#repository
    const { out } = this.#options
    if (metadata.repository !== root)
      throw new UsageError(words.foreign(out, metadata.repository ?? 'something else', root))
    if (metadata.audit === undefined) throw new FailedError(words.otherVersion(out))
    this.#audit = metadata.audit
    return true
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
          { id: INVENTORY, metadata: { repository: root, audit: this.#audit } },
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

  /** Says how it ended, when it ended now, or that it had ended before; what is done is published. */
  async #end(inventory: Inventory, run: Run, began?: number): Promise<Ending> {
    const { commit } = inventory
    const { out } = this.#options
    const { say } = this.#around
    const outcome = await run.outcome()
    let ending: Ending = endings.failed
    if (outcome.status === 'completed') {
      if (began === undefined) say(words.already(Object.keys(outcome.outputs).length, commit))
      else say(words.finished(inventory, performance.now() - began))
      ending = await this.#publish(inventory, outcome)
    } else say(words.failed(outcome, out))
    if (commit !== this.#repository.head) say(words.moved(commit, this.#repository.head))
    return ending
  }

  async #publish(inventory: Inventory, { outputs }: RunOutcome): Promise<Ending> {
    const result = reportResultSchema.parse(outputs['report'])
    const { score, severities, actions, sha256 } = result
    this.#around.say(words.result(result, this.#runtime.context(crewContext, { run: AUDIT }).entry('worst')))
    const { repository, commit } = inventory
    const publication = { audit: this.#audit, repository, commit, score, severities, actions, sha256 }
    const texts = (): Texts =>
      this.#texts({ inventory, summaries: roles.map(role => outputs[`${role}.summary`]) }, result)
    const { out, yes } = this.#options
    try {
      return await new Publishing(this.#runtime, { out, publication, texts, yes }, this.#around).run()
    } catch (error) {
      // The workflow has changed since it began: nobody here knows how it goes on.
      if (error instanceof StatorError && error.code === 'HELD')
        throw new FailedError(words.otherVersion(out))
      throw error
    }
  }

  /** Makes the report from what the journal holds; it must be what the report task saw. */
  #texts(input: unknown, { heard, sha256 }: ReportResult): Texts {
    const again = makeReport(input, heard).sha256
    if (again.markdown !== sha256.markdown || again.json !== sha256.json)
      throw new FailedError(words.otherVersion(this.#options.out))
    return renderReport(buildReport(input, heard))
  }
}
