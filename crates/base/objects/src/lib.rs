//! Buckets that speak S3: AWS's, and those of MinIO, SeaweedFS, Ceph and others.
//!
//! What it is: [`Bucket`], which says where a bucket is and as whom to use it, and opens it as an
//! `object_store`. Requests go over hyper and rustls, as everything else of ours does. What it is not:
//! a store of anything; who keeps what in it, and under which names, is its user's. Start reading at
//! [`Bucket`].

mod bucket;
mod http;
mod wire;

pub use bucket::{BadBucket, Bucket, ObjectLock};
pub use http::{Connector, Transport};
