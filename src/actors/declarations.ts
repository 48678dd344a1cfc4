/**
 * Declarations: the nodes of a workflow in the order in which they were declared. A definition and those made from it share one list, and
 * each sees only the first of it, so that adding one costs the same however many there are. A second branch gets a list of its own.
 */
import { StatorError } from '../errors.ts'
import { isPlace } from '../machines/workflow-context.ts'
import { namesIn } from './declare.ts'
import type { Draft } from './draft.ts'

export class Declarations {
  readonly #items: Draft[]
  readonly #names: Map<string, number>
  readonly #size: number

  private constructor(items: Draft[], names: Map<string, number>) {
    this.#items = items
    this.#names = names
    this.#size = items.length
  }

  static readonly none = (): Declarations => new Declarations([], new Map())

  list(): readonly Draft[] {
    return this.#items.slice(0, this.#size)
  }

  /** These and one more. @throws StatorError DEFINITION_INVALID: a name is used twice */
  with(workflow: string, draft: Draft): Declarations {
    const isTip = this.#items.length === this.#size
    const items = isTip ? this.#items : this.#items.slice(0, this.#size)
    const names = isTip ? this.#names : new Map([...this.#names].filter(([, at]) => at < this.#size))
    const own = new Set<string>()
    for (const name of namesIn([draft])) {
      if (isPlace(name))
        throw new StatorError('DEFINITION_INVALID', {
          workflow,
          step: name,
          reason: 'a number says which visit of a step, or which item, it is: a name needs a letter',
        })
      if (own.has(name) || (names.get(name) ?? Number.POSITIVE_INFINITY) < this.#size)
        throw new StatorError('DEFINITION_INVALID', {
          workflow,
          step: name,
          reason: 'the name is used twice',
        })
      own.add(name)
    }
    for (const name of own) names.set(name, this.#size)
    items.push(draft)
    return new Declarations(items, names)
  }
}
