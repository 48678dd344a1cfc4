/** Tasks one after the other: each gets what the one before made, and the first failure stops the rest. */
import assert from 'node:assert/strict'
import { agent, createRuntime, sequence, task, workflow } from 'stator'
import { z } from 'zod'

const text = z.object({ text: z.string() })
const words = z.object({ words: z.array(z.string()) })
const read = task('read', { input: z.object({ file: z.string() }), output: text })
const split = task('split', { input: text, output: words })
const count = task('count', { input: words, output: z.object({ count: z.int() }) })

const files: Record<string, string> = { 'fox.txt': 'the quick brown fox jumps over the lazy dog' }

const reader = agent('reader')
  .handle(read, ({ file }) => {
    const found = files[file]
    if (found === undefined) throw new Error(`no such file: ${file}`)
    return { text: found }
  })
  .handle(split, ({ text: line }) => ({ words: line.split(' ') }))
  .handle(count, ({ words: list }) => ({ count: list.length }))

const wordCount = workflow('word-count', { input: z.object({ file: z.string() }) })
  .step('read', read)
  .step('split', split, ({ outputs }) => outputs.read)
  .step('count', count, ({ outputs }) => outputs.split)

await using runtime = await createRuntime({ agents: [reader], workflows: [wordCount] })

const good = await runtime.start(wordCount, { file: 'fox.txt' }, { id: 'good' })
const { count: result } = await good.result()
console.log(`fox.txt has ${result.count} words`)
assert.equal(result.count, 9)

const bad = await runtime.start(wordCount, { file: 'none.txt' }, { id: 'bad' })
const { status, steps } = await bad.outcome()
console.log(`none.txt ${status}:`)
for (const [name, step] of Object.entries(steps))
  console.log(`  ${name} ${step.status}: ${step.error?.message}`)
assert.deepEqual(
  [steps['read']?.status, steps['split']?.status, steps['count']?.status],
  ['failed', 'blocked', 'blocked'],
)

// The same as data, for a list of work that is known only now.
const pages = ['a', 'b', 'c'].map(id => ({ id, task: split, input: { text: `page ${id}` } }))
const run = await runtime.startGraph(sequence(pages))
console.log('in this order:', Object.keys(await run.result()).join(', '))
