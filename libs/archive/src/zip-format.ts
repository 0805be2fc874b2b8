/** Numbers of PKWARE's APPNOTE.TXT 6.3.10; the section is named where it helps. */

export const LOCAL_HEADER_SIGNATURE = 0x04034b50; // 4.3.7
export const LOCAL_HEADER_BYTES = 30;
export const CENTRAL_HEADER_SIGNATURE = 0x02014b50; // 4.3.12
export const CENTRAL_HEADER_BYTES = 46;
export const END_SIGNATURE = 0x06054b50; // 4.3.16
export const END_BYTES = 22;
export const END64_SIGNATURE = 0x06064b50; // 4.3.14
export const END64_BYTES = 56;
export const LOCATOR64_SIGNATURE = 0x07064b50; // 4.3.15
export const LOCATOR64_BYTES = 20;
export const DESCRIPTOR_SIGNATURE = 0x08074b50; // 4.3.9.3

export const METHOD_STORED = 0;
export const METHOD_DEFLATED = 8;

export const FLAG_ENCRYPTED = 0x0001;
export const FLAG_DESCRIPTOR = 0x0008;
export const FLAG_PATCH = 0x0020;
export const FLAG_STRONG_ENCRYPTION = 0x0040;
export const FLAG_UTF8 = 0x0800;
export const FLAG_MASKED_HEADERS = 0x2000;

export const EXTRA_ZIP64 = 0x0001; // 4.5.3
export const EXTRA_PKWARE_UNIX = 0x000d; // 4.5.7: may hold the target of a link
export const EXTRA_ASI_UNIX = 0x756e; // may hold a mode and the target of a link
export const EXTRA_UNICODE_PATH = 0x7075; // 4.6.9

export const MAX_UINT16 = 0xffff;
export const MAX_UINT32 = 0xffffffff;

/** 1980-01-01 00:00:00, the first instant that DOS time can say. */
export const FIXED_DOS_TIME = 0;
export const FIXED_DOS_DATE = 0x0021;
