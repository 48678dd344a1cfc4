/** A graph of tasks: each starts when all it depends on have completed; a failure blocks what depends on it, at once. */
import assert from 'node:assert/strict'
import { agent, createRuntime, graph, StatorError, task } from 'stator'
import { z } from 'zod'

const build = task('build', { input: z.object({ part: z.string() }), output: z.string() })
const bundle = task('bundle', {
  input: z.object({ name: z.string(), parts: z.array(z.string()) }),
  output: z.string(),
})

const builder = agent('builder', { capacity: 4 })
  .handle(build, ({ part }) => {
    if (part === 'native') throw new Error('no compiler on this machine')
    return `${part}.js`
  })
  .handle(bundle, ({ name, parts }) => `${name}(${parts.join(' ')})`)

await using runtime = await createRuntime({ agents: [builder] })

// `bind` fills a key of the input with the outputs of other steps, and so depends on them.
const app = graph([
  { id: 'core', task: build, input: { part: 'core' } },
  { id: 'pages', task: build, input: { part: 'pages' }, after: ['core'] },
  { id: 'styles', task: build, input: { part: 'styles' }, after: ['core'] },
  { id: 'site', task: bundle, input: { name: 'site' }, bind: { parts: ['core', 'pages', 'styles'] } },
])
const good = await runtime.startGraph(app, { id: 'good' })
const outputs = await good.result()
console.log('built:', outputs['site'])
assert.equal(outputs['site'], 'site(core.js pages.js styles.js)')

const broken = graph([
  { id: 'native', task: build, input: { part: 'native' } },
  { id: 'bindings', task: build, input: { part: 'bindings' }, after: ['native'] },
  { id: 'desktop', task: bundle, input: { name: 'desktop' }, bind: { parts: ['bindings'] } },
  { id: 'docs', task: build, input: { part: 'docs' } },
])
const bad = await runtime.startGraph(broken, { id: 'bad' })
const outcome = await bad.outcome()
console.log(
  `\n${outcome.status}, yet what does not depend on the failure was built: ${JSON.stringify(outcome.outputs)}`,
)
for (const [name, { status, error }] of Object.entries(outcome.steps))
  console.log(`  ${name} ${status}: ${error?.message}`)
assert.deepEqual(outcome.outputs, { docs: 'docs.js' })
assert.equal(outcome.steps['bindings']?.error?.message, 'blocked: native ended with HANDLER_FAILED')
assert.equal(outcome.steps['desktop']?.status, 'blocked')

try {
  graph([
    { id: 'chicken', task: build, input: { part: 'chicken' }, after: ['egg'] },
    { id: 'egg', task: build, input: { part: 'egg' }, after: ['chicken'] },
  ])
  assert.fail('a cycle was accepted')
} catch (error) {
  assert.ok(error instanceof StatorError)
  console.log(`\n${error.code}: ${String(error.details['cycle'])}`)
}
