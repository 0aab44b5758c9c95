import {
  UnpackError,
  type FoundDocument,
  type MailHead,
  type MessageUnpacker,
  type OtherReport,
  type Refusal,
} from '../../src/ports/message-unpacker.js';

/** All that an unpacker finds, its documents read to the end. */
export interface UnpackedWhole {
  readonly mail: MailHead | null;
  readonly documents: readonly { readonly inner: string; readonly xml: string }[];
  readonly hashes: readonly string[];
  /** Of each document. */
  readonly damages: readonly (string | null)[];
  readonly others: readonly OtherReport[];
  /** Also of documents that broke a limit in the middle. */
  readonly refusals: readonly Omit<Refusal, 'kind'>[];
}

export async function unpackAll(
  unpacker: MessageUnpacker,
  bytes: Uint8Array,
  name = 'report',
): Promise<UnpackedWhole> {
  const { mail, finds } = unpacker.unpack(bytes, name);
  const documents: { inner: string; xml: string }[] = [];
  const hashes: string[] = [];
  const damages: (string | null)[] = [];
  const others: OtherReport[] = [];
  const refusals: Omit<Refusal, 'kind'>[] = [];
  for await (const find of finds) {
    const { inner } = find;
    if (find.kind === 'refusal') refusals.push({ inner, reason: find.reason });
    else if (find.kind !== 'document') others.push(find);
    else {
      const xml = await textOf(find);
      if (xml instanceof UnpackError) refusals.push({ inner, reason: xml.message });
      else {
        documents.push({ inner, xml });
        hashes.push(find.contentHash());
        damages.push(find.damage());
      }
    }
  }
  return { mail, documents, hashes, damages, others, refusals };
}

async function textOf({ text }: FoundDocument): Promise<string | UnpackError> {
  let whole = '';
  try {
    for await (const piece of text) whole += piece;
    return whole;
  } catch (error) {
    if (error instanceof UnpackError) return error;
    throw error;
  }
}
