import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** "idempotency-key/1" is no header: it keeps the hashes that core makes apart from those of others. */
const WORDS = /^(409|422)$|\bretry-after\b|\bidempotency-key\b(?!\/1)|\bidempotency-replayed\b/i;

/** The binding cases and the planted bugs of conformance are about HTTP, so they may speak it. */
const SPEAKS_HTTP =
  /^packages\/(http|client)\/|^packages\/conformance\/src\/(binding|broken)\/|\.(test|test-d)\.ts$|\/test\//;

/**
 * Places outside http and client where code, not a comment, holds a word of the protocol.
 *
 * A status or header name that a store or a binding knows by itself is a second home for a rule.
 */
export function protocolWords(root: string): string[] {
  return sourceFiles(root, "packages")
    .filter((file) => !SPEAKS_HTTP.test(file))
    .flatMap((file) => wordsIn(file, readFileSync(join(root, file), "utf8")));
}

function wordsIn(file: string, text: string): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (isText(node) && WORDS.test(node.text)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push(`${file}:${line + 1} says ${JSON.stringify(node.text)}: that belongs in packages/http`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

type Text = ts.LiteralLikeNode;

function isText(node: ts.Node): node is Text {
  return (
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    node.kind === ts.SyntaxKind.TemplateHead ||
    node.kind === ts.SyntaxKind.TemplateMiddle ||
    node.kind === ts.SyntaxKind.TemplateTail
  );
}

function sourceFiles(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["node_modules", "dist"].includes(entry.name) ? [] : sourceFiles(root, path);
    return /\.[cm]?ts$/.test(entry.name) ? [path] : [];
  });
}
