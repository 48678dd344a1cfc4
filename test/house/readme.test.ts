/** The README's example is the one that runs, and prints what the README says. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const example = readFileSync(join(root, 'examples/readme.ts'), 'utf8')
const blockOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1] ?? ''
const folder = mkdtempSync(join(tmpdir(), 'stator-readme-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('The README', () => {
  it('shows the example that is run', () => {
    expect(example.slice(example.indexOf('*/\n') + 3)).toBe(blockOf('ts'))
  })

  it('shows what the example prints, and prints it again from the journal', () => {
    const run = (): string =>
      execFileSync(process.execPath, [join(root, 'examples/readme.ts')], { cwd: folder, encoding: 'utf8' })
    expect(run()).toBe(blockOf('text'))
    expect(run()).toBe(blockOf('text'))
  })
})
