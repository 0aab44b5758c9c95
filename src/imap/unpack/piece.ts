import { UnpackError, type Refusal } from '../../ports/message-unpacker.js';
import type { Content } from './content.js';
import { contentKind, type ContentKind } from './content-kind.js';

const FEEDBACK = Buffer.from('<feedback');
const SPACE = 0x20;
const GREATER = 0x3e;

/** Where something lies in a mail or file. */
export interface Place {
  readonly name: string;
  /** Content type, where a mail says one; else empty. */
  readonly type: string;
  /** 0 for the mail or file itself. */
  readonly depth: number;
  /** What is damaged of the archive around it; null when nothing is. */
  readonly outerDamage: string | null;
}

/** Something to look into. */
export interface Piece extends Place {
  readonly content: Content;
}

/** What it is to be taken for, by its first bytes and, for mail, by where it lies. */
export function kindOfPiece({ name, type, content }: Piece): ContentKind {
  const kind = contentKind(content.head);
  const isCalledMail = type === 'message/rfc822' || type === 'message/global';
  if (kind === 'other' && isCalledMail) return 'mail';
  // Words with a colon begin many texts.
  const isText = type.startsWith('text/') && !/\.eml$/i.test(name);
  return kind === 'mail' && isText ? 'other' : kind;
}

/** Whether it begins like an aggregate report, with or without namespace; the zeros are those of UTF-16. */
export function hasFeedback(head: Buffer): boolean {
  const at = head.indexOf(FEEDBACK);
  const next = at === -1 ? 0 : head[at + FEEDBACK.length];
  if (next === SPACE || next === GREATER) return true;
  return /<(?:[\w.-]{1,40}:)?feedback[\s>/]/i.test(head.toString('latin1').replaceAll('\0', ''));
}

/** Whether its name says that it is packed. */
export function hasPackedName({ name }: Place): boolean {
  return PACKED.test(name);
}

/** The name of what is packed in it. */
export function unpackedName({ name }: Place): string {
  return name.replace(PACKED, '');
}

const PACKED = /\.(?:gz|gzip|zlib|zip|zz|z|deflate)$/i;

export function hasReportName(place: Place): boolean {
  return isNamedAsReport(place) || /dmarc/i.test(place.name);
}

/** RFC 9990 3.5.1: receiver "!" policy-domain "!" begin "!" end. */
export function isNamedAsReport({ name }: Pick<Place, 'name'>): boolean {
  return /![^!]+!\d{9,10}!\d{9,10}/.test(name);
}

/** What people see: control characters and endless names come from strangers. */
export function shownName({ name, depth }: Pick<Place, 'name' | 'depth'>): string {
  return depth === 0 ? '' : name.replaceAll(/\p{Cc}/gu, ' ').slice(0, 255);
}

export function refusalOf(place: Place, reason: string): Refusal {
  return { kind: 'refusal', inner: shownName(place), reason };
}

/** What to tell people when something could not be opened. */
export function reasonOf(error: unknown): string {
  if (error instanceof UnpackError) return error.message;
  return `it is damaged: ${error instanceof Error ? error.message : 'unreadable'}`;
}
