/**
 * Mutants of a source in TypeScript: places in its syntax tree, each with the text that replaces it.
 * Comparisons, arithmetic, booleans, constants, indices, minimum and maximum, conditions, results that are
 * numbers or booleans, and statements that are removed. DeMillo, Lipton & Sayward 1978.
 * But: no types, imports and texts, and no step of a `for` loop, which would only never end.
 */
import ts from 'typescript'

const COMPARISONS = {
  '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'], '===': ['!=='], '!==': ['==='],
}
const ARITHMETIC = {
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&': ['|'], '|': ['&'], '^': ['&'],
  '<<': ['>>'], '>>': ['<<'], '>>>': ['<<'],
  '+=': ['-='], '-=': ['+='], '*=': ['/='], '/=': ['*='], '^=': ['&='], '|=': ['&='], '&=': ['|='],
}
const BOOLEAN = { '&&': ['||'], '||': ['&&'] }

/** Every mutant of `text`: { kind, start, end, before, after, line, column }, in the order of the text. */
export function mutantsOf(text) {
  const file = ts.createSourceFile('file.ts', text, ts.ScriptTarget.ES2022, true)
  const mutants = []
  const add = (kind, node, ...replacements) => {
    const start = node.getStart(file), end = node.getEnd(), before = text.slice(start, end)
    const { line, character: column } = file.getLineAndCharacterOfPosition(start)
    for (const after of replacements) {
      if (after !== before) mutants.push({ kind, start, end, before, after, line: line + 1, column })
    }
  }
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)
      || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return
    mutate(node, add)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return mutants.sort((a, b) => a.start - b.start || a.end - b.end)
}

function mutate(node, add) {
  const text = node.getText()
  if (ts.isBinaryExpression(node)) {
    const { left, operatorToken: operator, right } = node, sign = operator.getText()
    if (sign in COMPARISONS) add('comparison', operator, ...COMPARISONS[sign])
    if (sign in ARITHMETIC && ![left, right].some(isText)) add('arithmetic', operator, ...ARITHMETIC[sign])
    if (sign in BOOLEAN) add('boolean', operator, ...BOOLEAN[sign])
    if (sign === '??') add('boolean', node, left.getText(), right.getText())
  }
  if (ts.isPrefixUnaryExpression(node)) {
    const inner = node.operand.getText()
    if (node.operator === ts.SyntaxKind.ExclamationToken) add('boolean', node, inner)
    if (node.operator === ts.SyntaxKind.MinusToken) add('arithmetic', node, inner)
  }
  if (ts.isPostfixUnaryExpression(node) && !isLoopStep(node)) {
    add('arithmetic', node, text.endsWith('++') ? `${text.slice(0, -2)}--` : `${text.slice(0, -2)}++`)
  }
  if (text === 'true' || text === 'false') add('boolean', node, text === 'true' ? 'false' : 'true')
  if (ts.isNumericLiteral(node) && !isIndex(node)) add('constant', node, ...otherNumbers(text))
  if (isIndex(node)) add('index', node, ts.isNumericLiteral(node) ? `${Number(text) + 1}` : `${text} + 1`)
  if (ts.isPropertyAccessExpression(node) && /^Math\.(min|max)$/.test(text)) {
    add('min, max', node, text === 'Math.min' ? 'Math.max' : 'Math.min')
  }
  if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
    add('condition', node.expression ?? node.condition, 'true', 'false')
  }
  if (ts.isWhileStatement(node)) add('condition', node.expression, 'false')
  if (ts.isForStatement(node) && node.condition !== undefined) add('condition', node.condition, 'false')
  if (ts.isReturnStatement(node) && node.expression !== undefined) {
    add('return', node.expression, ...otherResults(enclosing(node), node.expression))
  }
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) {
    add('return', node.body, ...otherResults(node, node.body))
  }
  if (isRemovable(node)) add('removal', node, ';')
}

function isText(node) {
  return ts.isStringLiteral(node) || ts.isTemplateLiteral(node)
    || ts.isBinaryExpression(node) && [node.left, node.right].some(isText)
}

function isLoopStep(node) {
  return ts.isForStatement(node.parent) && node.parent.incrementor === node
}

function isIndex(node) {
  return ts.isElementAccessExpression(node.parent ?? node) && node.parent.argumentExpression === node
    && !ts.isStringLiteral(node)
}

function otherNumbers(text) {
  const x = Number(text.replaceAll('_', ''))
  if (!Number.isSafeInteger(x)) return [`${x * 1.01}`]
  return x === 0 ? ['1'] : [`${x + 1}`, `${x - 1}`]
}

function enclosing(node) {
  for (let at = node.parent; at !== undefined; at = at.parent) if (ts.isFunctionLike(at)) return at
}

/** Only of functions that say that they return a number or a boolean. */
function otherResults({ type }, expression) {
  if (type?.kind === ts.SyntaxKind.NumberKeyword) return [`(${expression.getText()}) + 1`]
  if (type?.kind === ts.SyntaxKind.BooleanKeyword) return [`!(${expression.getText()})`]
  return []
}

function isRemovable(node) {
  return ts.isExpressionStatement(node) && !/^(super\(|['"])/.test(node.getText())
    || ts.isThrowStatement(node) || ts.isContinueStatement(node)
    || ts.isBreakStatement(node) && !ts.isCaseOrDefaultClause(node.parent)
    || ts.isReturnStatement(node) && node.expression === undefined
}
