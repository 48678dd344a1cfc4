/** Answer: what a property of a user may say, and what is told of one that says something else. It asks nobody. */

/**
 * Undefined for true and false. Anything else would count for one of them by accident, a promise and a number for true: it is told, and
 * a promise is waited for by nobody.
 */
export function misanswered(answer: unknown): string | undefined {
  if (typeof answer === 'boolean') return undefined
  if (answer instanceof Promise) {
    answer.catch(() => {})
    return 'answered a promise: a property is judged at once, and is no async function'
  }
  return `answered ${wordFor(answer)}, and not true or false`
}

function wordFor(answer: unknown): string {
  if (answer === undefined) return 'nothing (is its return missing?)'
  return typeof answer === 'number' || answer === null ? String(answer) : `a value of type ${typeof answer}`
}
