import type { Member, StoredDocument } from "./member";

/**
 * The trace documents that hold spans of the window. A document is obsolete once every span it holds is in another one;
 * only then may it go, or a crash in between would lose spans.
 */
export class StoredDocuments {
  readonly #byId = new Map<string, StoredDocument>();
  readonly #shaken = new Set<StoredDocument>();

  get(id: string): StoredDocument | undefined {
    return this.#byId.get(id);
  }

  /** Takes note of a document as it is stored now; its members are in it from here on. */
  keep(document: StoredDocument): void {
    const before = this.#byId.get(document.id);
    if (before !== undefined) this.#shaken.delete(before);
    this.#byId.set(document.id, document);
    for (const member of document.members) {
      if (member.document !== undefined && member.document.id !== document.id) this.#shaken.add(member.document);
      member.document = document;
    }
  }

  /** A span goes that is to be in no trace any more; the document that holds it has to be written again, or to go. */
  leave(member: Member): void {
    if (member.document !== undefined) this.#shaken.add(member.document);
    member.document = undefined;
  }

  /** Forgets a document that is gone from the store. */
  forget(document: StoredDocument): void {
    this.release(document);
    for (const member of document.members) if (member.document === document) member.document = undefined;
  }

  /** Lets go of a document that stays in the store. */
  release(document: StoredDocument): void {
    this.#shaken.delete(document);
    if (this.#byId.get(document.id) === document) this.#byId.delete(document.id);
  }

  /** Documents none of whose spans rely on them any more. */
  obsolete(): StoredDocument[] {
    const found: StoredDocument[] = [];
    for (const document of this.#shaken) {
      if (this.#byId.get(document.id) !== document) this.#shaken.delete(document);
      else if (document.members.every((member) => member.document !== document)) found.push(document);
    }
    return found;
  }
}
