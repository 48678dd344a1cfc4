/**
 * Shared context: agents of one run that write to the same values at once, and lose nothing; a conflict that names both writers; and a
 * value of a project, which outlives the run.
 */
import assert from 'node:assert/strict'
import { agent, createRuntime, graph, memory, sharedContext, StatorError, task } from 'stator'
import { z } from 'zod'

// #region context
const board = sharedContext('board', {
  findings: z.array(z.object({ file: z.string(), words: z.int() })),
  headline: z.string(),
})
const read = task('read', { input: z.object({ file: z.string(), words: z.int() }) })

const readers = ['ann', 'bob'].map(id =>
  agent(id, { capacity: 2 }).handle(read, async ({ file, words }, ctx) => {
    // Made of what is there, again where somebody was faster; once, however often the task is tried.
    await ctx
      .context(board)
      .update('findings', (all = []) => [...all, { file, words }], { why: `read ${file}` })
    await ctx.context(board, { project: 'docs' }).set('headline', `last read: ${file}`)
  }),
)
// #endregion

await using runtime = await createRuntime({
  journal: memory(),
  agents: readers,
  tasks: [read],
  contexts: [board],
})
const shelf = runtime.context(board, { project: 'docs' })
const seen: number[] = []
shelf.watch('headline').subscribe(({ version }) => seen.push(version))

const files = ['intro.md', 'install.md', 'usage.md', 'faq.md']
const run = await runtime.startGraph(
  graph(
    files.map(file => ({
      id: file.replace('.', '-'),
      task: read,
      input: { file, words: file.length * 100 },
    })),
  ),
  { id: 'count' },
)
await run.outcome()

const values = runtime.context(board, { run: 'count' })
const findings = values.get('findings') ?? []
console.log(`${findings.length} findings in version ${values.entry('findings')?.version}, none lost`)
for (const { version, why } of values.history('findings').toReversed()) console.log(`  ${version}: ${why}`)

// Two editors have read the same version; the second one is told who was faster.
const [ann, bob] = ['ann', 'bob'].map(name =>
  runtime.context(board, { project: 'docs' }, { as: runtime.client(name) }),
)
assert(ann !== undefined && bob !== undefined)
const { version } = ann.entry('headline') ?? { version: 0 }
await ann.compareAndSet('headline', 'All is read', { version, why: 'the run is over' })
try {
  await bob.compareAndSet('headline', 'Nothing is read', { version, why: 'I saw no report' })
} catch (error) {
  assert(error instanceof StatorError && error.code === 'CONTEXT_CONFLICT')
  const { current, tried } = error.details as { current: Who; tried: Who & { expected: number } }
  console.log(`${tried.by} (${tried.why}) expected version ${tried.expected}`)
  console.log(`${current.by} (${current.why}) had made version ${current.version}`)
}
interface Who {
  readonly by: string
  readonly why: string
  readonly version: number
}

// What belongs to a run ends with it, and can be read until that is pruned; what belongs to a project goes on.
await assert.rejects(values.set('headline', 'too late'), { code: 'CONTEXT_ENDED' })
assert.deepEqual(seen, [1, 2, 3, 4, 5])
console.log(shelf.get('headline'))
