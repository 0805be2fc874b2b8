import { describe, expect, it } from 'vitest';
import type { ImageSuggestion } from '../../../api/types.js';
import { Editor, History, ImageDocument } from '../../../engine/index.js';
import { SuggestionDesk } from './suggestion-desk.js';

const ID = '0192d1a0-0000-7000-8000-00000000000';
const suggestion = (number: number, changes: Partial<ImageSuggestion> = {}): ImageSuggestion => ({
  id: `${ID}${number}`,
  run_id: `${ID}8`,
  model: { id: `${ID}9`, name: 'Raccoons' },
  score: 0.9,
  duplicate: false,
  object: { id: `${ID}${number}`, class_id: 1, bbox: [number * 10, 10, 5, 5], source: 'model', score: 0.9 },
  ...changes,
});

function labeler(load: (imageId: number) => Promise<readonly ImageSuggestion[]>): { readonly editor: Editor; readonly desk: SuggestionDesk; readonly rejected: unknown[]; readonly open: (imageId: number) => Promise<void> } {
  const rejected: unknown[] = [];
  const editor = new Editor({ newId: () => 'new', onReject: (id) => desk.rejected(id) });
  const desk: SuggestionDesk = new SuggestionDesk(editor, { load, reject: (...of) => Promise.resolve(rejected.push(of)) });
  const open = (imageId: number): Promise<void> => {
    editor.open({ document: new ImageDocument({ imageId, width: 100, height: 100, objects: [], noObject: false }), history: new History() });
    return desk.open(imageId);
  };
  return { editor, desk, rejected, open };
}

describe('what models propose', () => {
  it('is shown without what the labels have already, and what is rejected is told', async () => {
    const { editor, rejected, open } = labeler(() => Promise.resolve([suggestion(1), suggestion(2, { duplicate: true }), suggestion(3, { object: { id: 'x', class_id: 'none' } })]));
    await open(5);
    expect(editor.view().suggestions.map((one) => one.id)).toEqual([`${ID}1`]);
    editor.suggestions.reject(`${ID}1`);
    expect(rejected).toEqual([[5, [`${ID}1`]]]);
    expect(editor.view().openSuggestions).toBe(0);
  });

  it('is gone with its image', async () => {
    const { editor, open } = labeler(() => Promise.resolve([suggestion(1)]));
    await open(5);
    editor.close();
    expect(editor.view().openSuggestions).toBe(0);
  });

  it('does not come to another image than it was asked for, and no label waits for it', async () => {
    const answers = new Map<number, (items: readonly ImageSuggestion[]) => void>();
    const { editor, open } = labeler((imageId) => new Promise((resolve, reject) => (imageId === 3 ? reject(new Error('no network')) : answers.set(imageId, resolve))));
    const first = open(1);
    const second = open(2);
    answers.get(2)?.([suggestion(2)]);
    await second;
    answers.get(1)?.([suggestion(1)]);
    await first;
    expect(editor.view().suggestions.map((one) => one.id)).toEqual([`${ID}2`]);
    await open(3);
    expect(editor.view().suggestions).toEqual([]);
  });
});
