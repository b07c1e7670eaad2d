package dev.aloft.service.s3;

import java.util.zip.Checksum;

/** Cyclic redundancy checks beyond those of the JDK: CRC-64/NVME, and the check of two contents one after the other. */
final class Crc {
    static final long POLYNOMIAL_32 = 0xEDB88320L;
    static final long POLYNOMIAL_32C = 0x82F63B78L;
    static final long POLYNOMIAL_64_NVME = 0x9A6C9329AC4BC9B5L;

    private Crc() {
    }

    /** The check of a content followed by another of so many bytes, from the checks of both. */
    static long combine(long first, long second, long secondLength, long polynomial, int bits) {
        // The operator that shifts one zero bit in, squared until it shifts in as many zeros as the second has bits.
        long[] even = new long[bits];
        long[] odd = new long[bits];
        odd[0] = polynomial;
        for (int i = 1; i < bits; i++) {
            odd[i] = 1L << (i - 1);
        }
        square(even, odd);
        square(odd, even);
        long crc = first;
        for (long left = secondLength; left > 0; ) {
            square(even, odd);
            crc = (left & 1) != 0 ? times(even, crc) : crc;
            left >>= 1;
            if (left == 0) {
                break;
            }
            square(odd, even);
            crc = (left & 1) != 0 ? times(odd, crc) : crc;
            left >>= 1;
        }
        return crc ^ second;
    }

    private static long times(long[] matrix, long vector) {
        long sum = 0;
        for (int i = 0; vector != 0; i++, vector >>>= 1) {
            sum ^= (vector & 1) != 0 ? matrix[i] : 0;
        }
        return sum;
    }

    private static void square(long[] square, long[] matrix) {
        for (int i = 0; i < matrix.length; i++) {
            square[i] = times(matrix, matrix[i]);
        }
    }

    /** CRC-64/NVME, eight bytes at a time. */
    static final class Nvme64 implements Checksum {
        private static final long[][] TABLES = tables();

        private long crc = -1;

        private static long[][] tables() {
            var tables = new long[8][256];
            for (int i = 0; i < 256; i++) {
                long value = i;
                for (int bit = 0; bit < 8; bit++) {
                    value = (value & 1) != 0 ? value >>> 1 ^ POLYNOMIAL_64_NVME : value >>> 1;
                }
                tables[0][i] = value;
            }
            for (int i = 0; i < 256; i++) {
                for (int table = 1; table < 8; table++) {
                    long before = tables[table - 1][i];
                    tables[table][i] = tables[0][(int) before & 0xff] ^ before >>> 8;
                }
            }
            return tables;
        }

        @Override
        public void update(int b) {
            crc = TABLES[0][(int) (crc ^ b) & 0xff] ^ crc >>> 8;
        }

        @Override
        public void update(byte[] bytes, int offset, int length) {
            long value = crc;
            int i = offset;
            int end = offset + length;
            for (; i + 8 <= end; i += 8) {
                long word = value ^ (bytes[i] & 0xffL | (bytes[i + 1] & 0xffL) << 8 | (bytes[i + 2] & 0xffL) << 16
                    | (bytes[i + 3] & 0xffL) << 24 | (bytes[i + 4] & 0xffL) << 32 | (bytes[i + 5] & 0xffL) << 40
                    | (bytes[i + 6] & 0xffL) << 48 | (bytes[i + 7] & 0xffL) << 56);
                value = TABLES[7][(int) word & 0xff] ^ TABLES[6][(int) (word >>> 8) & 0xff]
                    ^ TABLES[5][(int) (word >>> 16) & 0xff] ^ TABLES[4][(int) (word >>> 24) & 0xff]
                    ^ TABLES[3][(int) (word >>> 32) & 0xff] ^ TABLES[2][(int) (word >>> 40) & 0xff]
                    ^ TABLES[1][(int) (word >>> 48) & 0xff] ^ TABLES[0][(int) (word >>> 56) & 0xff];
            }
            for (; i < end; i++) {
                value = TABLES[0][(int) (value ^ bytes[i]) & 0xff] ^ value >>> 8;
            }
            crc = value;
        }

        @Override
        public long getValue() {
            return ~crc;
        }

        @Override
        public void reset() {
            crc = -1;
        }
    }
}
