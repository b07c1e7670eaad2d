/**
 * Amazon S3: general purpose buckets and the objects in them.
 *
 * <p>An object's description is a row of the store under its bucket and key; its content, up to 32 KiB, is another row,
 * and beyond that a list of {@link dev.aloft.kernel.store.Blobs}. A content is on disk before the row that names it
 * commits, so an acknowledged object is whole; what an upload leaves that was never acknowledged has no row and is
 * swept. Copies and completed multipart uploads share blobs, which are counted.
 *
 * <p>A key's newest version stands in {@code objects} (also when it is a delete marker), its others in {@code older}.
 *
 * <p>Not built, and refused by name: object lock, encryption with customer keys, access control lists other than
 * private, archive storage classes, replication, website hosting, CORS, inventory, analytics, access
 * points, S3 Select, POST uploads, directory buckets. Encryption settings are kept and answered as AWS does; contents
 * are not encrypted on disk by this service.
 *
 * @see <a href="https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html">API reference</a>
 */
package dev.aloft.service.s3;
