/** The README's examples are those that run, and print what the README says. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocksOf = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text)
const folder = mkdtempSync(join(tmpdir(), 'stator-readme-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['readme.ts', 0],
  ['queue.ts', 1],
] as const)('The README and examples/%s', (name, index) => {
  const path = join(root, 'examples', name)
  const code = readFileSync(path, 'utf8')
  const run = (): string => execFileSync(process.execPath, [path], { cwd: folder, encoding: 'utf8' })

  it('show the same code', () => {
    expect(code.slice(code.indexOf('*/\n') + 3)).toBe(blocksOf('ts')[index])
  })

  it('say what it prints, and prints again: from the journal, or anew', () => {
    expect(run()).toBe(blocksOf('text')[index])
    expect(run()).toBe(blocksOf('text')[index])
  })
})
