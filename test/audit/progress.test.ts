// Progress: plain lines that are few and true, and a board with a row for each specialist.
// Never in here: terminals.
import { describe, expect, test } from 'vitest'
import { board, plainPresenter, presenterFor } from '../../examples/audit/progress.ts'
import type { Progress } from '../../examples/audit/progress.ts'
import { roleTitles } from '../../examples/audit/roles.ts'

const progress = (done: number, total = 100, failed = 0): Progress => ({
  done,
  running: 2,
  failed,
  perRole: {
    qa: { total: 10, done: Math.min(10, done), failed: 0 },
    docs: { total: total - 10, done: Math.max(0, done - 10), failed },
  },
  current: ['qa.tests-1', 'docs.links-2'],
})

const run = (steps: readonly Progress[]): string[] => {
  const lines: string[] = []
  const presenter = plainPresenter({ write: (text: string | Uint8Array) => lines.push(String(text)) > 0 })
  presenter.start(100)
  for (const step of steps) presenter.update(step)
  presenter.stop()
  return lines
}

describe('plain lines', () => {
  test('say the start, every tenth, each finished specialist, and nothing else', () => {
    const lines = run(Array.from({ length: 101 }, (_, done) => progress(done)))
    expect(lines[0]).toBe('audit: 100 tasks\n')
    expect(lines.filter(line => line.includes(' %'))).toHaveLength(10)
    expect(lines).toContain('audit: QA done, 10 tasks\n')
    expect(lines).toHaveLength(1 + 10 + 2)
  })

  test('say failures as they happen, once each', () => {
    const lines = run([progress(5), progress(5, 100, 1), progress(6, 100, 1), progress(7, 100, 2)])
    expect(lines.filter(line => line.includes('failed'))).toEqual(['audit: 1 failed\n', 'audit: 2 failed\n'])
  })

  test('say where it stopped when it did not finish', () => {
    expect(run([progress(42)]).at(-1)).toBe('audit: stopped at 42 of 100 tasks\n')
    expect(run([progress(100)]).at(-1)).not.toContain('stopped')
  })

  test('contain no control characters', () => {
    expect(run([progress(3), progress(100)]).join('')).toMatch(/^[\p{L}\p{N}\p{P}\p{Z}\p{S}\n]*$/u)
  })
})

describe('the board', () => {
  test('has a row for everyone, the count, and what is at work', () => {
    const text = board(100, progress(42), 80)
    for (const title of Object.values(roleTitles)) expect(text).toContain(title)
    expect(text).toContain('42 of 100 tasks, 2 running')
    expect(text).toContain('qa.tests-1')
  })

  test('fits the width of the terminal in its last line', () => {
    const many = { ...progress(1), current: Array.from({ length: 50 }, (_, i) => `task-${i}`) }
    const last = board(100, many, 60).split('\n').at(-1) ?? ''
    expect(last).toContain('task-0')
    expect(last).not.toContain('task-20')
  })
})

test.each([
  ['a terminal of no width', { isTTY: true, columns: 0 }],
  ['what is no terminal', { isTTY: false, columns: 80 }],
])('%s gets plain lines', (_, shape) => {
  const lines: string[] = []
  const stream = { ...shape, write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WriteStream
  presenterFor(stream).start(3)
  expect(lines).toEqual(['audit: 3 tasks\n'])
})
