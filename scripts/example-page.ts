/**
 * Pages with what is made from code put in: drawings of machines, regions of examples, and what those print. Needs the build. The words of a page are written
 * by hand: only the blocks below a comment that names their source are replaced.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { toMermaid } from '../src/inspect/mermaid.ts'
import { machines } from './machines.ts'

const root = resolve(import.meta.dirname, '..')
/** Examples print it between their parts. */
const RULE = '\n---\n'

/** A page of `docs` as it should be. */
export function examplePage(name: string): string {
  const page = readFileSync(join(root, 'docs', name), 'utf8')
  const printed = new Map<string, string[]>()
  const partOf = (file: string, part: number): string => {
    const parts = printed.get(file) ?? outputOf(file).split(RULE)
    printed.set(file, parts)
    return parts[part - 1] ?? ''
  }
  return page
    .replaceAll(
      /(<!-- region (\w+) of (\S+) -->\n\n```\w*\n)[\s\S]*?(```)/g,
      (_, head: string, region: string, file: string, tail: string) =>
        `${head}${regionOf(file, region)}\n${tail}`,
    )
    .replaceAll(
      /(<!-- part (\d) of what (\S+) prints -->\n\n```\w*\n)[\s\S]*?(```)/g,
      (_, head: string, part: string, file: string, tail: string) =>
        `${head}${partOf(file, Number(part)).trim()}\n${tail}`,
    )
    .replaceAll(
      /(<!-- chart of (\w+) -->\n\n```mermaid\n)[\s\S]*?(```)/g,
      (_, head: string, machine: string, tail: string) => `${head}${chartOf(machine)}${tail}`,
    )
}

/** Has a page of `docs` anything that is made? */
export const isMadeInPart = (name: string): boolean =>
  /<!-- (region|part|chart) /.test(readFileSync(join(root, 'docs', name), 'utf8'))

function chartOf(name: string): string {
  const machine = machines.get(name)
  if (machine === undefined) throw new Error(`no machine is exported as ${name}`)
  return toMermaid(machine)
}

function regionOf(file: string, region: string): string {
  const source = readFileSync(join(root, file), 'utf8')
  const found = new RegExp(`// #region ${region}\\n([\\s\\S]*?)// #endregion`).exec(source)?.[1]
  if (found === undefined) throw new Error(`${file} has no region ${region}`)
  return found.trim()
}

function outputOf(file: string): string {
  const cwd = mkdtempSync(join(tmpdir(), 'stator-page-'))
  try {
    return execFileSync(process.execPath, [join(root, file)], { cwd, encoding: 'utf8' })
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
