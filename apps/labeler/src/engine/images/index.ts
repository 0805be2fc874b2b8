export { PictureError, type Bitmap, type ImageAddresses, type PictureTrouble } from './picture-source.js';
export { PictureLoader, type PictureLoaderOptions, type Shown } from './picture-loader.js';
