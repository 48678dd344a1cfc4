/**
 * A machine of your own: an ordinary XState statechart with a delay, a retry and a human in it, whose invokes are tasks. The process is
 * killed twice (SIGKILL: nothing can be caught or cleaned up), once while a task runs and once while the machine only waits; the last
 * life takes the same run to its end.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { agent, createRuntime, fromTask, task, workflow } from 'stator'
import { sqlite } from 'stator/sqlite'
import { assign, setup } from 'xstate'
import { z } from 'zod'

const [database, log] = ['release.db', 'release.log']
const build = task('build', { input: z.object({ ref: z.string() }), output: z.object({ image: z.string() }) })
const deploy = task('deploy', { input: z.object({ image: z.string() }), output: z.string() })

const machine = setup({
  types: {} as {
    context: { ref: string; image: string; failures: number; where: string | null }
    input: { ref: string }
    output: { where: string | null; failures: number }
    events: { type: 'APPROVE' }
  },
  actors: { build: fromTask(build), deploy: fromTask(deploy) },
  guards: { mayTryAgain: ({ context }) => context.failures < 3 },
}).createMachine({
  id: 'release',
  context: ({ input }) => ({ ref: input.ref, image: '', failures: 0, where: null }),
  initial: 'building',
  states: {
    building: {
      invoke: {
        src: 'build',
        input: ({ context }) => ({ ref: context.ref }),
        onDone: { target: 'approving', actions: assign({ image: ({ event }) => event.output.image }) },
        onError: { target: 'cooling', actions: assign({ failures: ({ context }) => context.failures + 1 }) },
      },
    },
    cooling: { after: { 300: { guard: 'mayTryAgain', target: 'building' }, 301: 'given up' } },
    approving: { on: { APPROVE: 'deploying' }, after: { 86_400_000: 'given up' } },
    deploying: {
      invoke: {
        src: 'deploy',
        input: ({ context }) => ({ image: context.image }),
        onDone: { target: 'live', actions: assign({ where: ({ event }) => event.output }) },
        onError: 'given up',
      },
    },
    live: { type: 'final' },
    'given up': { type: 'final' },
  },
  output: ({ context: { where, failures } }) => ({ where, failures }),
})

const release = workflow('release', {
  machine,
  input: z.object({ ref: z.string() }),
  events: { APPROVE: z.object({}) },
})

/** One life of the service; it ends as its name says. */
async function live(ending: string): Promise<void> {
  const die = (): void => void process.kill(process.pid, 'SIGKILL')
  const tools = agent('tools')
    .handle(build, ({ ref }) => {
      appendFileSync(log, 'build\n')
      if (ending === 'dies in a task') die()
      const tried = readFileSync(log, 'utf8').split('build').length - 1
      if (tried < 3) throw new Error('the registry does not answer')
      return { image: `image of ${ref}` }
    })
    .handle(deploy, ({ image }) => {
      appendFileSync(log, 'deploy\n')
      return `${image}, in production`
    })
  await using runtime = await createRuntime({
    journal: sqlite(database),
    agents: [tools],
    workflows: [release],
  })
  const run = await runtime.start(release, { ref: 'main' }, { id: 'release-7' })
  for await (const { name } of runtime.signals({ workflow: run.id, from: 'start' })) {
    if (name === 'workflow.running.cooling' && ending === 'dies while it waits') die()
    if (name === 'workflow.running.approving') break
  }
  await run.signal('APPROVE', {})
  console.log('  result:', JSON.stringify(await run.result()))
}

if (process.argv[2] === 'live') await live(process.argv[3] ?? '')
else {
  for (const ending of ['dies in a task', 'dies while it waits', 'is done']) {
    const life = spawnSync(process.execPath, [import.meta.filename, 'live', ending], { encoding: 'utf8' })
    console.log(
      `a life that ${ending}: ${life.signal ?? `code ${life.status}`}\n${life.stdout}${life.stderr}`.trim(),
    )
    assert.equal(life.signal ?? life.status, ending === 'is done' ? 0 : 'SIGKILL')
  }
  const done = readFileSync(log, 'utf8').trim().split('\n')
  console.log('handlers that were started:', done.join(', '))
  // The first was killed and is tried again, the second fails, the third comes after the delay.
  assert.deepEqual(done, ['build', 'build', 'build', 'deploy'])
}
