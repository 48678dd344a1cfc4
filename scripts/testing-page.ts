/**
 * The page on testing, with what is made from code put in: parts of the example, and what it prints. Needs the build. The words of
 * the page are written by hand: only the blocks below a comment that names their source are replaced.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

/** `docs/testing.md` as it should be. */
export function testingPage(): string {
  const page = readFileSync(join(root, 'docs/testing.md'), 'utf8')
  const source = readFileSync(join(root, 'examples/testing.ts'), 'utf8')
  const printed = outputOf('examples/testing.ts')
  const [failed = '', , passed = ''] = printed.split(/\n\n(The same again: true)\n\n/)
  const blocks: Readonly<Record<string, string>> = {
    workflow: between(source, "import { z } from 'zod'\n", '/** The code of the service'),
    service: between(source, '/** The code of the service', '/** A payment service').trim(),
    check: between(source, '/** A payment service', 'const found'),
    failed,
    passed,
  }
  return page.replaceAll(
    /(<!-- from examples\/testing\.ts: (\w+) -->\n\n```\w*\n)[\s\S]*?(```)/g,
    (_, head: string, name: string, tail: string) => `${head}${(blocks[name] ?? '').trim()}\n${tail}`,
  )
}

function between(text: string, from: string, to: string): string {
  const start = text.indexOf(from)
  const end = text.indexOf(to, start)
  if (start < 0 || end < 0) throw new Error(`no such part of the example: ${from}`)
  return from.startsWith('import') ? text.slice(start + from.length, end) : text.slice(start, end)
}

function outputOf(example: string): string {
  const cwd = mkdtempSync(join(tmpdir(), 'stator-page-'))
  try {
    return execFileSync(process.execPath, [join(root, example)], { cwd, encoding: 'utf8' })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
