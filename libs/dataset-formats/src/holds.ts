/** What a format keeps of a dataset of one task. True: export and import give it back as it was. */
export interface Holds {
  /** `all`: any JSON value; `scalar`: texts, numbers and booleans that are told apart by how they look; `none`. */
  readonly attributes: 'all' | 'scalar' | 'none';
  readonly confidence: boolean;
  readonly crowd: boolean;
  readonly polygons: boolean;
  readonly severalRings: boolean;
  readonly runLengths: boolean;
  readonly keypoints: boolean;
  /** Tells "looked at and empty" from "not looked at". */
  readonly emptiness: boolean;
  readonly split: boolean;
  readonly reviewed: boolean;
  readonly classColor: boolean;
  /** supercategory, names of keypoints, skeleton. */
  readonly classDetails: boolean;
  readonly classIds: boolean;
}

export const HOLDS_NOTHING: Holds = {
  ...{ attributes: 'none', confidence: false, crowd: false, polygons: false, severalRings: false, runLengths: false, keypoints: false },
  ...{ emptiness: false, split: false, reviewed: false, classColor: false, classDetails: false, classIds: false },
};
