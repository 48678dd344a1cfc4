/**
 * Conditions: what can be said of a condition without its data: that it always holds, that it never does, or neither. What is not
 * certain is `maybe`: nothing is guessed.
 */
import type { Condition, Reference } from '../../messages/flow.ts'

export type Truth = 'always' | 'never' | 'maybe'
type Comparison = Extract<Condition, { readonly is: unknown }>

export function truthOf(condition: Condition): Truth {
  if ('ref' in condition)
    return condition.is === 'in' && Array.isArray(condition.value) && condition.value.length === 0
      ? 'never'
      : 'maybe'
  if ('not' in condition) return opposite(truthOf(condition.not))
  if ('any' in condition) return opposite(truthOfAll(condition.any.map(negated)))
  return truthOfAll(condition.all)
}

/**
 * What a condition demands, as texts: it holds where all of one of these lists does. The first list is the condition said in full; where
 * it is `any`, there is one more for each that is enough.
 */
export function alternativesOf(condition: Condition): readonly (readonly string[])[] {
  const whole = demands(condition).map(textOf)
  return 'any' in condition ? [whole, ...condition.any.flatMap(alternativesOf)] : [whole]
}

/** What a condition asks for. */
export function referencesOf(condition: Condition): readonly Reference[] {
  if ('ref' in condition) return [condition.ref]
  if ('not' in condition) return referencesOf(condition.not)
  return ('all' in condition ? condition.all : condition.any).flatMap(referencesOf)
}

function truthOfAll(conditions: readonly Condition[]): Truth {
  const all = conditions.flatMap(demands)
  const truths = all.map(truthOf)
  if (truths.includes('never') || contradicts(all)) return 'never'
  return truths.every(truth => truth === 'always') ? 'always' : 'maybe'
}

const opposite = (truth: Truth): Truth =>
  truth === 'always' ? 'never' : truth === 'never' ? 'always' : 'maybe'

/** Its opposite, in the form in which the same is always written the same way. */
function negated(condition: Condition): Condition {
  if ('not' in condition) return condition.not
  if ('ref' in condition && condition.is === 'eq') return { ...condition, is: 'ne' }
  if ('ref' in condition && condition.is === 'ne') return { ...condition, is: 'eq' }
  return { not: condition }
}

/** All that has to hold together, `all` in `all` unfolded, and what is not `any` said without `any`. */
function demands(condition: Condition): readonly Condition[] {
  if ('all' in condition) return condition.all.flatMap(demands)
  if ('not' in condition) {
    const { not } = condition
    if ('any' in not) return not.any.flatMap(each => demands(negated(each)))
    if ('not' in not) return demands(not.not)
    return [negated(not)]
  }
  return [condition]
}

function contradicts(all: readonly Condition[]): boolean {
  const said = new Set(all.map(textOf))
  if (all.some(each => said.has(textOf(negated(each))))) return true
  const byReference = new Map<string, Comparison[]>()
  for (const each of all)
    if ('ref' in each) {
      const key = textOf(each.ref)
      byReference.set(key, [...(byReference.get(key) ?? []), each])
    }
  return [...byReference.values()].some(noValueFits)
}

type Value = Comparison['value']

/** Of all that is demanded of one value. */
function noValueFits(demanded: readonly Comparison[]): boolean {
  const candidates = demanded.flatMap(({ is, value }): (readonly Value[])[] =>
    is === 'eq' ? [[value]] : is === 'in' && Array.isArray(value) ? [value as readonly Value[]] : [],
  )
  const [first, ...others] = candidates
  if (first !== undefined) {
    const left = first.filter(value =>
      others.every(list => list.some(other => textOf(other) === textOf(value))),
    )
    return left.every(value => demanded.some(each => forbids(each, value)))
  }
  const bounds = demanded.filter(({ value }) => typeof value === 'number')
  return bounds.some(low =>
    bounds.some(
      high =>
        (low.is === 'gt' || low.is === 'gte') &&
        (high.is === 'lt' || high.is === 'lte') &&
        isEmpty(low, high),
    ),
  )
}

function isEmpty(low: Comparison, high: Comparison): boolean {
  const [least, most] = [low.value as number, high.value as number]
  return least > most || (least === most && (low.is === 'gt' || high.is === 'lt'))
}

/** Numbers only: how others compare is not said here. */
function forbids({ is, value }: Comparison, candidate: Value): boolean {
  if (is === 'ne') return textOf(value) === textOf(candidate)
  if (typeof value !== 'number' || typeof candidate !== 'number') return false
  if (is === 'lt') return candidate >= value
  if (is === 'lte') return candidate > value
  if (is === 'gt') return candidate <= value
  return is === 'gte' && candidate < value
}

/** The same text for the same, whatever the order of keys. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  ) ?? 'undefined'
