/**
 * Topic: what is published has one, and who wants to hear of it a pattern: words with dots between them; in a pattern `*` is any one word,
 * and `**` at its end any number of words, none included. Pure.
 */
import { StatorError } from '../errors.ts'

const WORD = '[A-Za-z0-9][A-Za-z0-9_:@-]*'
const TOPIC = new RegExp(`^${WORD}(\\.${WORD})*$`)
const PATTERN = new RegExp(`^(\\*\\*|(${WORD}|\\*)(\\.(${WORD}|\\*))*(\\.\\*\\*)?)$`)
const MAX = 200

/** @throws StatorError INPUT_INVALID */
export function checkTopic(topic: unknown): string {
  if (typeof topic === 'string' && topic.length <= MAX && TOPIC.test(topic)) return topic
  throw new StatorError('INPUT_INVALID', {
    topic,
    expected: 'words with dots between them, such as build.done',
  })
}

/** @throws StatorError DEFINITION_INVALID */
export function checkPattern(pattern: unknown): string {
  if (typeof pattern === 'string' && pattern.length <= MAX && PATTERN.test(pattern)) return pattern
  throw new StatorError('DEFINITION_INVALID', {
    pattern,
    expected: 'words, or * for any one, with dots between them; ** at the end for any number',
  })
}

export function isAbout(topic: string, pattern: string): boolean {
  const wanted = pattern.split('.')
  const words = topic.split('.')
  const isOpen = wanted.at(-1) === '**'
  if (isOpen) wanted.pop()
  if (isOpen ? words.length < wanted.length : words.length !== wanted.length) return false
  return wanted.every((word, index) => word === '*' || word === words[index])
}
