/**
 * runtime.projects, and runtime.project(id): what work is done for: its phases, what is known of it, how far it is. It counts nothing: the
 * bookkeeper does.
 */
import { z } from 'zod'
import { parse, type Schema } from '../../actors/schema.ts'
import { StatorError } from '../../errors.ts'
import type { Counts, Phase, ProjectContext } from '../../machines/project.ts'
import { checkName, CLIENT, idOf, type Address } from '../../messages/address.ts'
import type { Json } from '../../messages/json.ts'
import { projectMessages } from '../../messages/project.ts'
import type { Door } from '../door.ts'
import type { Journal } from '../journal.ts'
import type { Lifetime } from '../lifetime.ts'
import type { SendOptions } from '../options.ts'
import type { Population } from '../population.ts'
import type { Bookkeeper } from './bookkeeper.ts'

export interface ProjectSummary {
  readonly id: string
  /** `open` or `closed`. */
  readonly state: string
  /** Null until one is set. */
  readonly phase: string | null
  /** How many of its tasks have completed, of all that were begun, in percent; rounded down. */
  readonly progress: number
}

export interface ProjectInfo extends ProjectSummary {
  /** The latest last, at most 100; who set it, why, and when (milliseconds since the epoch). */
  readonly phases: readonly Phase[]
  readonly metadata: Readonly<Record<string, Json>>
  /** How many are, or ended, in each state; those below its runs and tasks included, also where they have been pruned since. */
  readonly tasks: Counts
  readonly runs: Counts
  /** Ids of agents that work on something of it now. */
  readonly agents: readonly string[]
  /** Ids of gates of it that wait for an answer. */
  readonly gates: readonly string[]
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  readonly closedAt: number | null
}

/** Who says so (1 to 200 characters), and why (at most 2,000). */
export interface ProjectWord {
  readonly by: string
  readonly why?: string
}

export interface ProjectsParts {
  readonly door: Door
  readonly journal: Journal
  readonly population: Population
  readonly bookkeeper: Bookkeeper
  readonly lifetime: Pick<Lifetime, 'requireOpen' | 'requireTruth'>
  /** A value from outside as the journal holds it. */
  readonly admit: (value: unknown) => Json
}

const strict = (type: 'project.phase' | 'project.metadata' | 'project.close'): Schema =>
  z.strictObject(projectMessages[type].shape)

/** A project as its user holds it. Every change settles when it is durable. */
export class Project {
  readonly id: string
  readonly #parts: ProjectsParts

  constructor(parts: ProjectsParts, id: string) {
    this.#parts = parts
    this.id = id
  }

  /** @throws StatorError (rejects) NOT_FOUND, INPUT_INVALID, EVENT_REFUSED: it is closed; HUB_BUSY, CLOSED */
  async setPhase(phase: string, word: ProjectWord): Promise<void> {
    await this.#say('project.phase', { ...word, phase }, strict('project.phase'))
  }

  /** Adds to what is known of it; null takes a name away. Errors as for `setPhase`, and what JSON is refused with. */
  async setMetadata(set: Readonly<Record<string, Json>>, word: ProjectWord): Promise<void> {
    await this.#say('project.metadata', { ...word, set }, strict('project.metadata'))
  }

  /** Nothing is begun for it any more; what runs goes on. Errors as for `setPhase`. */
  async close(word: ProjectWord): Promise<void> {
    await this.#say('project.close', word, strict('project.close'))
  }

  /** @throws StatorError (rejects) as for `setPhase`; EVENT_REFUSED: it is not closed */
  async reopen(word: ProjectWord): Promise<void> {
    await this.#say('project.reopen', word, strict('project.close'))
  }

  /** @throws StatorError NOT_FOUND, JOURNAL_FAILED */
  state(): ProjectInfo {
    const { population, bookkeeper, lifetime } = this.#parts
    lifetime.requireTruth()
    const cell = population.find(`project/${this.id}`)
    if (cell === undefined) throw unknown(this.id)
    const { phases, metadata, openedAt, closedAt, ...ended } = cell.snapshot.context as ProjectContext
    const living = bookkeeper.living(cell.address)
    const { agents, gates } = bookkeeper.present(cell.address)
    const tasks = sum(ended.tasks, living.tasks)
    return {
      id: this.id,
      state: cell.state,
      phase: phases.at(-1)?.phase ?? null,
      progress: progressOf(tasks),
      phases,
      metadata,
      tasks,
      runs: sum(ended.runs, living.runs),
      agents: agents.map(idOf),
      gates: gates.map(idOf),
      openedAt,
      closedAt: closedAt === 0 ? null : closedAt,
    }
  }

  async #say(type: string, said: object, shape: Schema): Promise<void> {
    const { door, lifetime, population, admit } = this.#parts
    lifetime.requireOpen()
    const to: Address = `project/${this.id}`
    parse(shape, said, 'INPUT_INVALID', 'project')
    if (population.find(to) === undefined) throw unknown(this.id)
    await door.send({ type, to, from: CLIENT, data: admit(said) })
  }
}

export class ProjectsView {
  readonly #parts: ProjectsParts

  constructor(parts: ProjectsParts) {
    this.#parts = parts
  }

  /** Opens a project, so that work can be begun for it (`project: 'name'`). One that is there is left as it is. @throws StatorError (rejects) ADDRESS_INVALID, HUB_BUSY, CLOSED */
  async open(id: string, options: SendOptions = {}): Promise<Project> {
    this.#parts.lifetime.requireOpen()
    const to: Address = `project/${checkName(id, 'project')}`
    if (this.#parts.population.find(to) === undefined)
      await this.#parts.door.create(
        {
          type: 'project.open',
          to,
          from: CLIENT,
          data: {},
          correlationId: to,
          key: { key: to, raw: 'project' },
        },
        options,
      )
    return this.of(id)
  }

  /** The handle of a project, from any process life. @throws StatorError ADDRESS_INVALID */
  readonly of = (id: string): Project => new Project(this.#parts, checkName(id, 'project'))

  /** All that there are, by id. Reads no journal, and looks at no task. @throws StatorError JOURNAL_FAILED */
  list(): ProjectSummary[] {
    const { population, bookkeeper, lifetime } = this.#parts
    lifetime.requireTruth()
    return [...bookkeeper.projects].toSorted().flatMap(address => {
      const cell = population.find(address)
      if (cell === undefined) return []
      const { phases, tasks } = cell.snapshot.context as ProjectContext
      const progress = progressOf(sum(tasks, bookkeeper.living(address).tasks))
      return [{ id: idOf(address), state: cell.state, phase: phases.at(-1)?.phase ?? null, progress }]
    })
  }
}

const unknown = (project: string): StatorError =>
  new StatorError('NOT_FOUND', { project, reason: 'open it with runtime.projects.open()' })

const sum = (one: Counts, other: Counts): Counts => {
  const all: Record<string, number> = { ...one }
  for (const [state, count] of Object.entries(other)) all[state] = (all[state] ?? 0) + count
  return all
}

function progressOf(tasks: Counts): number {
  const total = Object.values(tasks).reduce((all, count) => all + count, 0)
  return total === 0 ? 0 : Math.floor((100 * (tasks['completed'] ?? 0)) / total)
}
