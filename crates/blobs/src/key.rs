//! Keys, and what is done with them.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use selfsame_domain::Entropy;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{BlobError, BlobKey};

const VERSION: u8 = 1;
const KEY_LEN: usize = 32;
/// Name of the file that the first start makes.
const FIRST_FILE: &str = "master.key";

type KeyBytes = Zeroizing<[u8; KEY_LEN]>;

/// Associated data of a wrapped key: a wrapped key is no blob and no blob a wrapped key.
const WRAPPING: &[u8] = b"selfsame data key";

/// A data key as it may be stored.
pub type WrappedKey = Vec<u8>;

/// The key of one subject. Never stored unwrapped, wiped when dropped.
#[derive(Clone)]
pub struct DataKey(KeyBytes);

impl DataKey {
    /// A new random key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        entropy.fill(bytes.as_mut());
        Self(bytes)
    }

    /// Encrypts `plain` under a name.
    pub fn seal(&self, name: &BlobKey, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, BlobError> {
        seal(&self.0, name.as_bytes(), plain, entropy)
    }

    /// Decrypts what [`DataKey::seal`] made under the same name.
    pub fn open(&self, name: &BlobKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BlobError> {
        open(&self.0, name.as_bytes(), sealed)
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[data key]")
    }
}

/// The keys that wrap data keys. The first wraps; all unwrap, so that a new one can be put in front.
#[derive(Clone)]
pub struct MasterKeys(Vec<([u8; 4], KeyBytes)>);

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} master keys]", self.0.len())
    }
}

impl MasterKeys {
    /// The key of the setting `security.master_key`.
    pub fn from_base64(text: &str) -> Result<Self, BlobError> {
        Ok(Self(vec![identified(parse(text).ok_or(BlobError::MasterKeyForm)?)]))
    }

    /// Reads every `*.key` of a folder; makes `master.key` when there is none. To rotate, put a new key into a file whose name
    /// sorts after the old ones': the last wraps, all unwrap.
    ///
    /// # Errors
    /// A file that others can read, or that holds no key; nothing is ever overwritten.
    pub fn load_or_create(folder: &Path, entropy: &dyn Entropy) -> Result<Self, BlobError> {
        if let Some(keys) = Self::load(folder)? {
            return Ok(keys);
        }
        make_private_folder(folder).map_err(|error| in_place(folder, error))?;
        let file = folder.join(FIRST_FILE);
        create(&file, entropy).map_err(|error| in_place(&file, error))?;
        Ok(Self(vec![identified(read(&file)?)]))
    }

    /// As [`MasterKeys::load_or_create`], but makes nothing: `None` where there is no folder, or no key in it.
    pub fn load(folder: &Path) -> Result<Option<Self>, BlobError> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            entries => entries.and_then(|entries| entries.collect::<std::io::Result<Vec<_>>>()),
        };
        // An entry that cannot be read may be the key that all data hangs on: not a reason to make another.
        let entries = entries.map_err(|error| in_place(folder, error.into()))?;
        let paths = entries.into_iter().map(|entry| entry.path());
        let mut files: Vec<_> =
            paths.filter(|path| path.extension().is_some_and(|end| end == "key")).collect();
        if files.is_empty() {
            return Ok(None);
        }
        files.sort();
        let keys = files.iter().rev().map(|file| read(file).map(identified)).collect::<Result<_, _>>()?;
        Ok(Some(Self(keys)))
    }

    /// No key at all: seals and opens nothing. For whoever looks only at what is not sealed.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Seals a data key under the newest master key. 66 bytes.
    pub fn wrap(&self, key: &DataKey, entropy: &dyn Entropy) -> Result<WrappedKey, BlobError> {
        let (id, master) = self.0.first().ok_or(BlobError::Seal)?;
        let mut wrapped = vec![VERSION];
        wrapped.extend_from_slice(id);
        wrapped.extend(seal(master, WRAPPING, key.0.as_ref(), entropy)?);
        Ok(wrapped)
    }

    /// Opens what [`MasterKeys::wrap`] made, with whichever master key that was.
    ///
    /// # Errors
    /// [`BlobError::UnknownMaster`] when that one is not here, [`BlobError::Sealed`] when a bit is not what it was.
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<DataKey, BlobError> {
        let (id, sealed) = match wrapped.split_first() {
            Some((&VERSION, rest)) => rest.split_first_chunk::<4>().ok_or(BlobError::Sealed)?,
            _ => return Err(BlobError::Sealed),
        };
        let plain = open(self.by_id(id)?, WRAPPING, sealed)?;
        let bytes: [u8; KEY_LEN] = plain.as_slice().try_into().map_err(|_| BlobError::Sealed)?;
        Ok(DataKey(Zeroizing::new(bytes)))
    }

    /// Encrypts a secret of the server itself: `master key id (4) ‖ sealed`.
    pub fn seal(&self, name: &BlobKey, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, BlobError> {
        let (id, master) = self.0.first().ok_or(BlobError::Seal)?;
        let mut sealed = id.to_vec();
        sealed.extend(seal(master, name.as_bytes(), plain, entropy)?);
        Ok(sealed)
    }

    /// Decrypts what [`MasterKeys::seal`] made under the same name.
    pub fn open(&self, name: &BlobKey, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BlobError> {
        let (id, sealed) = sealed.split_first_chunk::<4>().ok_or(BlobError::Sealed)?;
        open(self.by_id(id)?, name.as_bytes(), sealed)
    }

    /// Whether the newest master key wrapped this data key, or sealed this secret.
    fn is_newest(&self, id: Option<&[u8]>) -> bool {
        self.0.first().is_some_and(|(newest, _)| id == Some(newest.as_slice()))
    }

    /// The data key wrapped by the newest master key; `None` where it is already.
    ///
    /// # Errors
    /// When the key that wrapped it is not here, or a bit is not what it was.
    pub fn rewrap(&self, wrapped: &[u8], entropy: &dyn Entropy) -> Result<Option<WrappedKey>, BlobError> {
        if self.is_newest(wrapped.get(1..5)) {
            return Ok(None);
        }
        self.wrap(&self.unwrap(wrapped)?, entropy).map(Some)
    }

    /// The secret of the server sealed by the newest master key; `None` where it is already.
    ///
    /// # Errors
    /// When the key that sealed it is not here, or a bit is not what it was.
    pub fn reseal(
        &self,
        name: &BlobKey,
        sealed: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Option<Vec<u8>>, BlobError> {
        if self.is_newest(sealed.get(..4)) {
            return Ok(None);
        }
        self.seal(name, &self.open(name, sealed)?, entropy).map(Some)
    }

    fn by_id(&self, id: &[u8; 4]) -> Result<&KeyBytes, BlobError> {
        let found = self.0.iter().find(|(of, _)| of == id);
        found.map(|(_, key)| key).ok_or_else(|| BlobError::UnknownMaster(hex::encode(id)))
    }
}

/// A key is named by the first bytes of its digest: enough to find it among a handful, nothing to guess it by.
fn identified(key: KeyBytes) -> ([u8; 4], KeyBytes) {
    let digest = Sha256::new().chain_update(b"selfsame master key").chain_update(key.as_ref()).finalize();
    let mut id = [0; 4];
    id.copy_from_slice(&digest[..4]);
    (id, key)
}

fn parse(text: &str) -> Option<KeyBytes> {
    let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
    let bytes: [u8; KEY_LEN] = bytes.as_slice().try_into().ok()?;
    Some(Zeroizing::new(bytes))
}

/// Writes a new key; keeps the one that is there, also when another process is faster.
fn create(file: &Path, entropy: &dyn Entropy) -> Result<(), BlobError> {
    let mut bytes: KeyBytes = Zeroizing::new([0; KEY_LEN]);
    entropy.fill(bytes.as_mut());
    let text = Zeroizing::new(STANDARD.encode(bytes.as_ref()));
    // Written aside first: a start that is cut short here must not leave half a key under the real name.
    let mut random = [0; 8];
    entropy.fill(&mut random);
    let aside = file.with_extension(format!("{}.tmp", hex::encode(random)));
    let written = write_private(&aside, text.as_bytes()).and_then(|()| publish(&aside, file));
    let removed = match fs::remove_file(&aside) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    };
    written?;
    removed?;
    // A key that a power cut could lose would take everything sealed with it along.
    #[cfg(unix)]
    if let Some(folder) = file.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn write_private(file: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file)?;
    opened.write_all(text)?;
    opened.write_all(b"\n")?;
    opened.sync_all()
}

/// Gives a finished file its name, unless the name is taken. A link does both in one step; where the file system knows no links,
/// the look before the renaming has to do.
fn publish(aside: &Path, file: &Path) -> std::io::Result<()> {
    match fs::hard_link(aside, file) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(_) if !file.try_exists()? => fs::rename(aside, file),
        Err(error) => Err(error),
    }
}

/// Names what the file system's own words do not: the file or folder.
fn in_place(path: &Path, error: BlobError) -> BlobError {
    match error {
        BlobError::Io(cause) => BlobError::MasterKeyPlace { path: path.display().to_string(), cause },
        other => other,
    }
}

fn read(file: &Path) -> Result<KeyBytes, BlobError> {
    let failed = |cause: std::io::Error| in_place(file, cause.into());
    let problem = |problem| BlobError::MasterKeyFile { file: file.display().to_string(), problem };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if fs::metadata(file).map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(problem(
                "can be read by others than its owner; run chmod 600 on it, and consider the key known",
            ));
        }
    }
    let damaged = || problem("does not hold 32 bytes in base64; bring it back from a backup");
    let text = match fs::read_to_string(file) {
        // Not even text.
        Err(error) if error.kind() == ErrorKind::InvalidData => return Err(damaged()),
        text => Zeroizing::new(text.map_err(failed)?),
    };
    parse(&text).ok_or_else(damaged)
}

pub(crate) fn make_private_folder(folder: &Path) -> Result<(), BlobError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder)?)
}

fn aead(key: &KeyBytes) -> Result<LessSafeKey, BlobError> {
    UnboundKey::new(&AES_256_GCM, key.as_ref()).map(LessSafeKey::new).map_err(|_| BlobError::Seal)
}

fn seal(key: &KeyBytes, name: &[u8], plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, BlobError> {
    // Random nonces are safe for 2^32 messages under one key; a data key seals a few dozen.
    let mut nonce = [0; NONCE_LEN];
    entropy.fill(&mut nonce);
    let mut body = plain.to_vec();
    aead(key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(name), &mut body)
        .map_err(|_| BlobError::Seal)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_LEN + body.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(&nonce);
    sealed.append(&mut body);
    Ok(sealed)
}

fn open(key: &KeyBytes, name: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, BlobError> {
    let (nonce, body) = match sealed.split_first() {
        Some((&VERSION, rest)) => rest.split_first_chunk::<NONCE_LEN>().ok_or(BlobError::Sealed)?,
        _ => return Err(BlobError::Sealed),
    };
    let mut body = Zeroizing::new(body.to_vec());
    let length = aead(key)?
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(name), &mut body)
        .map_err(|_| BlobError::Sealed)?
        .len();
    body.truncate(length);
    Ok(body)
}

#[cfg(test)]
mod tests {
    use selfsame_domain::{FaceId, OsEntropy, SessionId, TenantId};

    use super::*;

    fn name() -> BlobKey {
        BlobKey::image(
            TenantId::random(&OsEntropy),
            SessionId::random(&OsEntropy),
            FaceId::random(&OsEntropy),
        )
    }

    #[test]
    fn opens_under_its_own_name_and_key_only() {
        let (key, name_a, name_b) = (DataKey::generate(&OsEntropy), name(), name());
        let sealed = key.seal(&name_a, b"a face", &OsEntropy).unwrap();
        assert_eq!(key.open(&name_a, &sealed).unwrap().as_slice(), b"a face");
        assert!(matches!(key.open(&name_b, &sealed), Err(BlobError::Sealed)));
        assert!(matches!(DataKey::generate(&OsEntropy).open(&name_a, &sealed), Err(BlobError::Sealed)));
    }

    #[test]
    fn one_bit_anywhere_is_enough_to_be_refused() {
        let (key, name) = (DataKey::generate(&OsEntropy), name());
        let sealed = key.seal(&name, b"a face", &OsEntropy).unwrap();
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(key.open(&name, &altered).is_err(), "bit {bit}");
        }
        for length in 0..sealed.len() {
            assert!(key.open(&name, &sealed[..length]).is_err());
        }
    }

    #[test]
    fn master_keys_rotate_and_strangers_do_not_unwrap() {
        let folder = tempfile::tempdir().unwrap();
        let old = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap();
        let key = DataKey::generate(&OsEntropy);
        let wrapped = old.wrap(&key, &OsEntropy).unwrap();
        create(&folder.path().join("zz-new.key"), &OsEntropy).unwrap();
        let both = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap();
        let sealed = key.seal(&name_of("x"), b"x", &OsEntropy).unwrap();
        assert_eq!(both.unwrap(&wrapped).unwrap().open(&name_of("x"), &sealed).unwrap().as_slice(), b"x");
        let wrapped_new = both.wrap(&key, &OsEntropy).unwrap();
        assert!(matches!(old.unwrap(&wrapped_new), Err(BlobError::UnknownMaster(_))));
        for bit in 0..wrapped.len() * 8 {
            let mut altered = wrapped.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(old.unwrap(&altered).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn of_many_first_starts_at_once_all_end_with_the_same_key() {
        let folder = tempfile::tempdir().unwrap();
        let wrapped: Vec<_> = std::thread::scope(|scope| {
            let start = || {
                let keys = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap();
                keys.wrap(&DataKey::generate(&OsEntropy), &OsEntropy).unwrap()
            };
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        let keys = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap();
        for wrapped in wrapped {
            assert_eq!(wrapped.len(), 66);
            keys.unwrap(&wrapped).unwrap();
        }
        let files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files, [folder.path().join(FIRST_FILE)], "nothing is left lying about");
    }

    #[test]
    fn secrets_of_the_server_open_under_their_own_name_only() {
        let folder = tempfile::tempdir().unwrap();
        let keys = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap();
        let sealed = keys.seal(&name_of("signing"), b"a secret", &OsEntropy).unwrap();
        assert_eq!(keys.open(&name_of("signing"), &sealed).unwrap().as_slice(), b"a secret");
        assert!(matches!(keys.open(&name_of("other"), &sealed), Err(BlobError::Sealed)));
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(keys.open(&name_of("signing"), &altered).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn a_damaged_key_file_is_named_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(FIRST_FILE);
        write_private(&file, b"half a k").unwrap();
        let error = MasterKeys::load_or_create(folder.path(), &OsEntropy).unwrap_err().to_string();
        assert!(error.contains("master.key") && error.contains("backup"), "{error}");
        assert!(!error.contains("half a k"), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"half a k\n");
    }

    fn name_of(text: &str) -> BlobKey {
        BlobKey::server(text)
    }

    #[cfg(unix)]
    #[test]
    fn key_files_are_private_and_open_ones_are_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        MasterKeys::load_or_create(&keys, &OsEntropy).unwrap();
        let file = keys.join(FIRST_FILE);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let before = fs::read(&file).unwrap();
        MasterKeys::load_or_create(&keys, &OsEntropy).unwrap();
        assert_eq!(fs::read(&file).unwrap(), before, "never overwritten");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        let error = MasterKeys::load_or_create(&keys, &OsEntropy).unwrap_err().to_string();
        assert!(error.contains("master.key") && error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_key_of_the_wrong_form_is_refused() {
        for text in ["", "abc", "AAAA"] {
            assert!(matches!(MasterKeys::from_base64(text), Err(BlobError::MasterKeyForm)));
        }
        assert!(MasterKeys::from_base64(&STANDARD.encode([7; 32])).is_ok());
    }
}
