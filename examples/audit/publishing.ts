// From a finished report to a published one, on Stator: start or find the workflow, answer its gate, or leave it open,
// and say what came of it. A try that failed is over; the same command makes another.
// Never in here: what the steps of the workflow do.
import type { Run, RunOutcome, Runtime } from 'stator'
import type { Answer, Asker } from './ask.ts'
import { isKnown, join } from './crew.ts'
import { holdsReport, placeReport } from './files.ts'
import { editor, gateOf, publish, REPORT_LOCK } from './publish.ts'
import type { Publication } from './publish.ts'
import type { Texts } from './report.ts'
import * as words from './words.ts'

/** The exit codes: it is published, or waits; it could not be; it was withdrawn, as somebody said no. */
export const endings = { fine: 0, failed: 1, withdrawn: 4 } as const
export type Ending = (typeof endings)[keyof typeof endings]

export interface PublishingOptions {
  out: string
  publication: Publication
  /** Made only when they are needed. */
  texts: () => Texts
  /** Approve without asking. */
  yes: boolean
}

/** Who answers, and who is told. */
export interface Audience {
  say: (text: string) => void
  stop: AbortSignal
  /** Whoever gave the command, for the record. */
  by: string
  /** Absent where nobody can be asked. */
  ask?: Asker
}

/** So long may files be mended; a hold of it that a kill left behind ends by itself. */
const MENDING = { owner: 'audit', lease: '10s', note: 'makes lost files anew' } as const

export class Publishing {
  readonly #runtime: Runtime
  readonly #options: PublishingOptions
  readonly #around: Audience
  #isPlaced = false

  constructor(runtime: Runtime, options: PublishingOptions, around: Audience) {
    this.#runtime = runtime
    this.#options = options
    this.#around = around
  }

  async run(): Promise<Ending> {
    const { run, isOver } = await this.#latest()
    if (!isOver) {
      const { out, texts, publication } = this.#options
      await join(this.#runtime, [editor(out, texts())])
      await this.#runtime.start(publish, publication, { id: run.id })
      // What could not be withdrawn: whoever gives the command again is the operator who has it tried once more.
      for (const { step } of run.heldSteps()) await run.retry(step)
    }
    let at = await this.#settle(run)
    if (at === 'asked') {
      await this.#placed()
      if (!(await this.#answer(gateOf(run.id)))) return endings.fine
      at = await this.#settle(run)
    }
    if (at === 'held') {
      this.#around.say(words.stuck(run.heldSteps(), this.#options.out))
      return endings.failed
    }
    return this.#tell(run.id, await run.outcome())
  }

  /** The run that goes on, or that ended for good, or else a new one. */
  async #latest(): Promise<{ run: Run; isOver: boolean }> {
    for (let attempt = 1; ; attempt++) {
      const id = attempt === 1 ? 'publish' : `publish-${attempt}`
      const run = this.#runtime.run(id)
      if (!isKnown(run) || run.current() !== null) return { run, isOver: false }
      const { status, error } = await run.outcome()
      if (status === 'completed' || error?.code === 'GATE_REJECTED') return { run, isOver: true }
    }
  }

  /** Until somebody must be asked, or an operator is needed, or it has ended. */
  async #settle(run: Run): Promise<'asked' | 'held' | 'ended'> {
    for await (const _ of this.#runtime.signals({ workflow: run.id, from: 'start' })) {
      if (run.current() === null) return 'ended'
      if (run.status() === 'held') return 'held'
      if (this.#runtime.gates.get(gateOf(run.id))?.outcome === null) return 'asked'
    }
    // It goes no further: the runtime was closed, which is what this rejects with.
    await run.outcome()
    return 'ended'
  }

  /** Answers, if there is anybody who can. */
  async #answer(gate: string): Promise<boolean> {
    const { say, stop, by, ask } = this.#around
    const { gates } = this.#runtime
    const { title, reason } = gates.get(gate) ?? {}
    const answer: Answer | undefined = this.#options.yes
      ? { approved: true }
      : await ask?.(words.question(title, reason), stop)
    if (answer === undefined) {
      say(words.waits)
      return false
    }
    if (!answer.approved) await gates.reject(gate, { by, reason: answer.reason })
    else await gates.approve(gate, { by, data: answer.note === undefined ? {} : { note: answer.note } })
    return true
  }

  /** The files are there, which is said once: lost or changed since, they are made anew. */
  async #placed(): Promise<void> {
    if (this.#isPlaced) return
    this.#isPlaced = true
    const { out, publication, texts } = this.#options
    if (!holdsReport(out, publication.sha256)) {
      await using lock = await this.#runtime.locks.acquire(REPORT_LOCK, MENDING)
      placeReport(out, texts(), lock.token)
    }
    this.#around.say(words.placed(out))
  }

  async #tell(id: string, { status, error }: RunOutcome): Promise<Ending> {
    const { say } = this.#around
    const answer = this.#runtime.gates.get(gateOf(id))?.outcome
    if (status === 'completed') {
      await this.#placed()
      say(words.published(answer))
      return endings.fine
    }
    if (error?.code === 'GATE_REJECTED') {
      say(words.withdrawn(answer))
      return endings.withdrawn
    }
    say(words.unpublished(error?.message ?? status))
    return endings.failed
  }
}
