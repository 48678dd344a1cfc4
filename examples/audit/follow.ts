// From Stator's signals to what a presenter shows: where every task of the run stands, by specialist.
// Never in here: how it is drawn.
import type { Runtime, Signal } from 'stator'
import type { PlannedTask } from './plan.ts'
import type { Presenter, Progress, RoleProgress } from './progress.ts'
import type { Role } from './roles.ts'

/** Counts tasks by the last state that a signal told of them. */
export class Board {
  readonly #roles = new Map<string, Role>()
  readonly #perRole: Partial<Record<Role, RoleProgress>> = {}
  readonly #states = new Map<string, string>()
  readonly #current = new Set<string>()
  #done = 0
  #failed = 0

  constructor(planned: readonly Pick<PlannedTask, 'id' | 'role'>[]) {
    for (const { id, role } of planned) {
      this.#roles.set(id, role)
      this.#countsOf(role).total++
    }
  }

  /** Takes one signal, the oldest first. */
  see({ to, toState }: Pick<Signal, 'to' | 'toState'>): void {
    const id = to.slice(to.lastIndexOf('/') + 1)
    const role = this.#roles.get(id)
    if (role === undefined || toState === null || !to.startsWith('task/') || this.#states.get(id) === toState)
      return
    this.#states.set(id, toState)
    if (toState === 'running') this.#current.add(id)
    else this.#current.delete(id)
    if (toState === 'completed') {
      this.#done++
      this.#countsOf(role).done++
    }
    if (toState === 'failed') {
      this.#failed++
      this.#countsOf(role).failed++
    }
  }

  get progress(): Progress {
    return {
      done: this.#done,
      running: this.#current.size,
      failed: this.#failed,
      perRole: this.#perRole,
      current: [...this.#current],
    }
  }

  #countsOf(role: Role): RoleProgress {
    return (this.#perRole[role] ??= { total: 0, done: 0, failed: 0 })
  }
}

/** Shows a run from its first signal to its last, or until the runtime closes; what is past is folded, not shown. */
export const follow = async (
  runtime: Runtime,
  run: string,
  planned: readonly PlannedTask[],
  presenter: Presenter,
): Promise<void> => {
  const board = new Board(planned)
  const { position } = runtime.status()
  presenter.start(planned.length)
  try {
    for await (const signal of runtime.signals({ from: 'start', workflow: run })) {
      board.see(signal)
      if (signal.seq >= position) presenter.update(board.progress)
      if (signal.final && signal.to === `workflow/${run}`) break
    }
  } finally {
    presenter.stop()
  }
}
