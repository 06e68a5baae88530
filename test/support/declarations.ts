/**
 * The surface of the package, read off the text of emitted declarations: what each entry exports, where it is
 * declared, and which types that declaration names.
 * But: no compiler. It relies on how tsc prints declarations: a statement begins in the first column, what
 * belongs to it is indented, and a property's name is followed by its colon without a space.
 */
/** One exported or local declaration. */
export interface Declaration {
  /** As in 'rl/actor.ts'. */
  readonly file: string
  readonly name: string
  readonly isType: boolean
  /** Names in it in the place of a type, or after `typeof`; 'dense.DenseTape' if a namespace is imported. */
  readonly names: readonly string[]
}

interface Module {
  /** Local name → where it comes from. '*' is the whole module. */
  readonly imports: ReadonlyMap<string, Origin>
  readonly declarations: ReadonlyMap<string, Declaration>
  /** Public name → where it comes from; null if it is declared here. */
  readonly exports: ReadonlyMap<string, Origin | null>
  /** Modules of which everything is exported. */
  readonly stars: readonly string[]
}

interface Origin { readonly file: string; readonly name: string }

/** Modules by their path below src, each parsed once. `read` gives the text of a module's declarations. */
export class Declarations {
  readonly #read: (file: string) => string
  readonly #modules = new Map<string, Module>()

  constructor(read: (file: string) => string) {
    this.#read = read
  }

  /** Public name → declaration. What a module exports by name goes before what it exports by a star. */
  exportsOf(file: string): Map<string, Declaration> {
    const { exports, stars } = this.#module(file)
    const found = new Map(stars.flatMap((star) => [...this.exportsOf(star)]))
    for (const name of exports.keys()) found.set(name, this.#resolve({ file, name }))
    return found
  }

  /** What a declaration names, of types and of values after `typeof`; without the language's own. */
  typesIn({ file, names }: Declaration): Declaration[] {
    const { imports, declarations } = this.#module(file)
    const found = names.flatMap((name): Declaration[] => {
      const [space, member] = name.split('.')
      const origin = imports.get(space)
      if (origin?.name === '*') return [this.#resolve({ file: origin.file, name: member })]
      if (origin !== undefined) return [this.#resolve(origin)]
      const declared = declarations.get(name)
      return declared === undefined ? [] : [declared]
    })
    return [...new Set(found)]
  }

  #resolve({ file, name }: Origin): Declaration {
    const { exports, declarations, stars } = this.#module(file)
    const origin = exports.get(name)
    if (origin !== undefined && origin !== null) return this.#resolve(origin)
    const found = declarations.get(name)
      ?? stars.map((star) => this.exportsOf(star).get(name)).find((each) => each !== undefined)
    if (found === undefined) throw new Error(`${file}: expected a declaration of ${name}, got none`)
    return found
  }

  #module(file: string): Module {
    const known = this.#modules.get(file) ?? parse(file, this.#read(file))
    this.#modules.set(file, known)
    return known
  }
}

const LIST = String.raw`\{([^}]*)\}`, FROM = String.raw`from '([^']+)';$`

function parse(file: string, text: string): Module {
  const imports = new Map<string, Origin>(), declarations = new Map<string, Declaration>()
  const exports = new Map<string, Origin | null>()
  const stars: string[] = []
  const folder = file.split('/').slice(0, -1)
  const pathOf = (module: string): string => module.split('/').reduce((path, part) =>
    part === '..' ? path.slice(0, -1) : part === '.' ? path : [...path, part], folder).join('/')
  const plain = text.replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '')
  const statements = plain.split(/^(?=\w)/m).map((each) => each.trim()).filter((each) => each !== '')
  for (const statement of statements) {
    const match = (pattern: string): RegExpExecArray | null => new RegExp(`^${pattern}`).exec(statement)
    const import_ = match(`import (?:type )?${LIST} ${FROM}`)
    const whole = match(String.raw`import (?:type )?\* as (\w+) ${FROM}`)
    const export_ = match(`export (?:type )?${LIST}(?: ${FROM}|;$)`)
    const star = match(String.raw`export \* ${FROM}`)
    const declared = match(String.raw`(export )?(?:declare )?(interface|type|class|function|const) (\w+)`)
    if (import_ !== null) {
      for (const [name, as] of namesIn(import_[1])) imports.set(as, { file: pathOf(import_[2]), name })
    } else if (whole !== null) imports.set(whole[1], { file: pathOf(whole[2]), name: '*' })
    else if (star !== null) stars.push(pathOf(star[1]))
    else if (export_ !== null) {
      for (const [name, as] of namesIn(export_[1])) {
        const from = export_[2] === undefined ? imports.get(name) ?? null : { file: pathOf(export_[2]), name }
        exports.set(as, from)
      }
    } else if (declared !== null) {
      const [head, exported, kind, name] = declared
      const isType = kind !== 'function' && kind !== 'const'
      declarations.set(name, { file, name, isType, names: typeNames(statement.slice(head.length)) })
      if (exported !== undefined) exports.set(name, null)
    } else throw new Error(`${file}: expected an import, export or declaration, got ${statement}`)
  }
  return { imports, declarations, exports, stars }
}

/** [name, name here] of each entry of an import or export list. */
function namesIn(list: string): [string, string][] {
  return list.split(',').map((each) => each.trim().replace(/^type /, '')).filter((each) => each !== '')
    .map((each) => each.split(' as ')).map(([name, as = name]) => [name, as])
}

/** Names in the place of types: no property (`name:`), no method (`name(`), nothing in quotes. */
function typeNames(text: string): string[] {
  if (text.includes('import(')) throw new Error(`expected named imports, got ${text}`)
  const unquoted = text.replace(/'[^'\n]*'|"[^"\n]*"/g, "''")
  const names = /(?<![\w$#]|[\w\])]\.)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?(?![\w(]|\??:)/g
  return [...unquoted.matchAll(names)].map(([name]) => name)
}
