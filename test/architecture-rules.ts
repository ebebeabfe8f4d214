import { posix } from 'node:path'

/** One source file: its path below `src/`, with `/`, and its text. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** What the house allows. Places are folders (`modem`) or single files (`sms/gsm7-tables.ts`) below `src/`. */
export interface House {
  /** Folder, or a file directly below `src/` → the places it may import besides itself. */
  readonly mayImport: Readonly<Record<string, readonly string[]>>
  /** Folders without doors: no sockets, files, clocks or timers. */
  readonly pureFolders: readonly string[]
  /** Packages and `node:` modules that a folder without doors may load. */
  readonly pureModules: readonly string[]
  /** Of these a folder without doors may use the types. */
  readonly pureTypes: readonly string[]
  /** Files that are nothing but a table. */
  readonly tables: readonly string[]
  readonly maxLines: number
  readonly maxTableLines: number
  /** Words of a file name that say nothing about what the file holds. */
  readonly emptyWords: readonly string[]
}

interface Import {
  readonly to: string
  /** Erased by the compiler: costs nothing at run time. */
  readonly isType: boolean
}

// Imports stand at the beginning of a line, which no comment does after its own first characters. An `import { type X }`
// counts as loading: with verbatimModuleSyntax it does.
const STATEMENT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\bfrom\s+)?['"]([^'"]+)['"]/gm
const DYNAMIC = /(?<!typeof\s)\bimport\(\s*['"]([^'"]+)['"]/g
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm
const DOOR =
  /\b(?:setTimeout|setInterval|setImmediate|fetch|Date\.now|Math\.random|performance\.now)\(|\bnew Date\(\)|\b(?:process|console)\./

/** What a file imports, as written. */
export function importsOf(text: string): readonly Import[] {
  const statements = [...text.matchAll(STATEMENT)].map(([, type, to]) => ({ to: to ?? '', isType: type !== undefined }))
  const dynamic = [...text.replace(COMMENT, '').matchAll(DYNAMIC)].map(([, to]) => ({ to: to ?? '', isType: false }))
  return [...statements, ...dynamic]
}

/** Everything in which these files differ from the house, one sentence each. */
export function findFaults(files: readonly SourceFile[], house: House): readonly string[] {
  return [
    ...layerFaults(files, house),
    ...cycleFaults(files),
    ...packageFaults(files),
    ...purityFaults(files, house),
    ...files.flatMap((file) => shapeFaults(file, house)),
  ]
}

/**
 * Test files that stand beside nothing: every `<folder>/<name>.test.ts` is named after a source file, alone or with what
 * is tested of it (`responses-random` after `responses`), or after a file that supports tests; every folder of `src/` has
 * a test.
 */
export function mirrorFaults(
  sources: readonly string[],
  tests: readonly string[],
  supports: readonly string[],
  foldersOfTheirOwn: readonly string[],
): readonly string[] {
  const names = [...sources, ...supports].map((path) => path.replace(/\.ts$/, ''))
  const strays = tests
    .filter((path) => path.includes('/') && !foldersOfTheirOwn.includes(placeOf(path)))
    .filter((path) => {
      const name = path.replace(/\.test\.ts$/, '')
      return !names.some((source) => name === source || name.startsWith(`${source}-`))
    })
    .map((path) => `test/${path} is named after no file in src/${placeOf(path)}`)
  const tested = new Set(tests.map(placeOf))
  const untested = [...new Set(sources.filter((path) => path.includes('/')).map(placeOf))]
    .filter((folder) => !tested.has(folder))
    .map((folder) => `src/${folder} has no test in test/${folder}`)
  return [...strays, ...untested]
}

/** First folder of a path, or the file itself when it lies in none. */
function placeOf(path: string): string {
  return path.split('/', 1)[0] ?? path
}

/** Path of an imported source file, `undefined` for a package or a `node:` module. */
function targetOf(from: string, to: string): string | undefined {
  return to.startsWith('.') ? posix.join(posix.dirname(from), to) : undefined
}

function layerFaults(files: readonly SourceFile[], { mayImport }: House): readonly string[] {
  const places = new Set(files.map(({ path }) => placeOf(path)))
  const missing = [...places].filter((place) => !Object.hasOwn(mayImport, place))
  const empty = Object.keys(mayImport).filter((place) => !places.has(place))
  const crossings = files.flatMap(({ path, text }) =>
    importsOf(text).flatMap(({ to }) => {
      const target = targetOf(path, to)
      if (target === undefined || placeOf(target) === placeOf(path)) return []
      const allowed = mayImport[placeOf(path)] ?? []
      return allowed.includes(placeOf(target)) || allowed.includes(target) ? [] : [`${path} may not import ${target}`]
    }),
  )
  return [
    ...missing.map((place) => `${place} has no row in the layer table`),
    ...empty.map((place) => `${place} has a row in the layer table and no file`),
    ...crossings,
  ]
}

/** Imports that exist at run time and lead back to where they began. */
function cycleFaults(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(
    files.map(({ path, text }) => [
      path,
      importsOf(text).flatMap(({ to, isType }) => (isType ? [] : (targetOf(path, to) ?? []))),
    ]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) cycles.push(`import cycle: ${[...trail.slice(start), path].join(' → ')}`)
    if (start >= 0 || done.has(path)) return
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of edges.keys()) walk(path, [])
  return cycles
}

/** Each package has one door in the house. */
function packageFaults(files: readonly SourceFile[]): readonly string[] {
  const importers = new Map<string, Set<string>>()
  for (const { path, text } of files) {
    for (const { to, isType } of importsOf(text)) {
      if (isType || to.startsWith('.') || to.startsWith('node:')) continue
      const name = packageOf(to)
      importers.set(name, (importers.get(name) ?? new Set()).add(path))
    }
  }
  return [...importers]
    .filter(([, paths]) => paths.size > 1)
    .map(([name, paths]) => `${name} is imported by more than one file: ${[...paths].sort().join(', ')}`)
}

function packageOf(to: string): string {
  return to
    .split('/')
    .slice(0, to.startsWith('@') ? 2 : 1)
    .join('/')
}

function purityFaults(files: readonly SourceFile[], house: House): readonly string[] {
  return files
    .filter(({ path }) => house.pureFolders.includes(placeOf(path)))
    .flatMap(({ path, text }) => {
      const doors = importsOf(text)
        .filter(({ to, isType }) => {
          if (to.startsWith('.') || house.pureModules.includes(to)) return false
          return !(isType && house.pureTypes.includes(to))
        })
        .map(({ to }) => `${path} lies on the ground floor and may not import ${to}`)
      const door = DOOR.exec(text.replace(COMMENT, ''))?.[0]
      return door === undefined ? doors : [...doors, `${path} lies on the ground floor and may not use ${door}`]
    })
}

function shapeFaults({ path, text }: SourceFile, house: House): readonly string[] {
  const limit = house.tables.includes(path) ? house.maxTableLines : house.maxLines
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  const name = posix.basename(path, '.ts').replace(/\.d$/, '')
  return [
    ...(lines > limit ? [`${path} has ${lines} lines, allowed are ${limit}`] : []),
    ...(path.split('/').length > 2 ? [`${path} lies deeper than src/<folder>/<file>`] : []),
    ...(/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) ? [] : [`${path} is not named in kebab-case`]),
    ...name
      .split('-')
      .filter((word) => house.emptyWords.includes(word))
      .map((word) => `${path}: "${word}" says nothing about what the file holds`),
  ]
}
