/** What Stator ships has no errors: its own machines, and the machines and workflows of examples and tests that play users. */
import { readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import * as stator from 'stator'
import { StateMachine, type AnyStateMachine } from 'xstate'

const machines = Object.entries(stator).filter(
  (entry): entry is [string, AnyStateMachine] => entry[1] instanceof StateMachine,
)

test('every shipped machine is without errors', () => {
  expect(machines.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'agentMachine',
      'graphMachine',
      'taskMachine',
      'queueMachine',
      'scheduleMachine',
    ]),
  )
  for (const [name, machine] of machines)
    expect([name, ...stator.preflight(machine).filter(({ severity }) => severity === 'error')]).toEqual([
      name,
    ])
})

test('the machines that tests bring as users do are without errors', async () => {
  const folder = resolve(import.meta.dirname, '../machines-of-users')
  const modules = await Promise.all(
    readdirSync(folder)
      .filter(name => name !== 'scenarios.ts')
      .map(async name => (await import(resolve(folder, name))) as Readonly<Record<string, unknown>>),
  )
  const all = modules.flatMap(module => Object.values(module))
  const found = all.filter(
    value => value instanceof StateMachine || (value as { kind?: unknown } | null)?.kind === 'workflow',
  ) as AnyStateMachine[]
  expect(found.length).toBeGreaterThanOrEqual(3)
  expect(found.flatMap(one => stator.preflight(one)).filter(({ severity }) => severity === 'error')).toEqual(
    [],
  )
})

test('a compiled workflow with everything in it is without findings, and its statechart reaches all of its states, and ends from each', () => {
  const { gate, signal, task, workflow } = stator
  const [job, unjob] = [task('job'), task('unjob')]
  const sub = workflow('sub').step('inner', job, { compensate: unjob })
  const all = workflow('all')
    .step('first', job, { compensate: unjob })
    .parallel('beside', steps =>
      steps
        .step('left', job, { compensate: unjob })
        .sequence('right', row => row.step('a', job, { compensate: unjob }).step('below', sub)),
    )
    .branch('which', cases =>
      cases
        .when(
          'yes',
          () => true,
          steps => steps.step('then', job, { compensate: unjob }),
        )
        .otherwise('no', steps => steps),
    )
    .loop('again', steps => steps.step('turn', job, { compensate: unjob }), { while: () => false, max: 3 })
    .map('each', () => [1, 2], job, { compensate: unjob })
    .wait('told', { signal: signal('go'), timeout: '1h' })
    .step('approved', gate({ expires: '1d' }))
    .step('commit', job, { pivot: true })
    .step('after', job)
  const timed = workflow('timed').step('job', job).wait('rested', { for: '1m' }).step('more', job)
  for (const compiled of [all, timed] as readonly stator.AnyWorkflow[]) {
    expect(stator.preflight(compiled)).toEqual([])
    // Who sends what its states wait for is the runtime's to know.
    const inChart = stator.preflight(compiled.machine).filter(({ code }) => code !== 'WAIT_WITHOUT_TIMEOUT')
    expect(inChart).toEqual([])
  }
})
