/**
 * View: what a property may look at: what one run did to the world, and where its steps stand. Read only; it remembers what it was asked,
 * so that a property that looked at nothing is known as empty.
 */
import type { Happening, World } from './world.ts'

export class WorldView {
  readonly #world: World
  readonly #run: string
  readonly #state: (step?: string) => string | undefined
  readonly #asked: Set<string>

  constructor(
    world: World,
    run: string,
    state: (step?: string) => string | undefined,
    asked: Set<string> = new Set(),
  ) {
    this.#world = world
    this.#run = run
    this.#state = state
    this.#asked = asked
  }

  /** How often an effect took place for this run. A call that was refused, or repeated under a key that is known, does not count. */
  count(effect: string): number {
    return this.happened(effect).length
  }

  /** What took place for this run, in order: input, output, key, time. */
  happened(effect: string): readonly Happening[] {
    const found = this.#world.happenings.filter(
      happening => happening.effect === effect && (happening.run ?? this.#run) === this.#run,
    )
    if (found.length > 0) this.#asked.add(effect)
    return found
  }

  /** The durable state of the run, such as `running`; undefined before its start. */
  get status(): string | undefined {
    return this.#ask(this.#state())
  }

  /** The durable state of the task of a step, such as `completed`; undefined before its creation. */
  step(name: string): string | undefined {
    return this.#ask(this.#state(name))
  }

  #ask(state: string | undefined): string | undefined {
    if (state !== undefined) this.#asked.add('state')
    return state
  }
}
