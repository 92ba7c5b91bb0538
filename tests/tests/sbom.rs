//! `emberl sbom`: what is said of packs and images is in them, by digests that are made here again; the same input gives
//! the same bytes; and its shape is that of the schema.

use std::collections::BTreeSet;
use std::fs;

use emberl_format::avm::{Avm, Builder, FLAG_BEAM, FLAG_START};
use emberl_format::etf::{self, EncodeOptions, Term};
use emberl_tests::image::{Folder, esp_boards, text};
use emberl_tests::schema::fits;
use emberl_tests::{Failed, check, package_dir, repository_dir};
use libtest_mimic::{Arguments, Trial};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

fn main() {
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test("pack::every_section_is_there_with_its_digest", pack),
        Trial::test("pack::versions_and_applications_are_told", versions),
        Trial::test("image::firmware_and_packs_are_told_for_every_esp_board", image),
        Trial::test("output::the_same_input_gives_the_same_bytes", same),
        Trial::test("input::other_files_are_told", others),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The document of a file, which fits the schema, and whose references lead somewhere.
fn document(folder: &Folder, file: &str) -> Result<Value, Failed> {
    let output = folder.fails(0, &["sbom", file])?;
    let value: Value = serde_json::from_slice(&output.stdout)?;
    let schema = fs::read(repository_dir().join("cli/schemas/sbom.schema.json"))?;
    fits(&serde_json::from_slice(&schema)?, &value, "sbom")?;
    let references = |list: &Value, key: &str| -> Vec<String> {
        let texts = list.as_array().into_iter().flatten();
        texts.filter_map(|item| if key.is_empty() { item } else { &item[key] }.as_str()).map(str::to_owned).collect()
    };
    let own = references(&value["components"], "bom-ref");
    let unique: BTreeSet<&String> = own.iter().collect();
    check(unique.len() == own.len() && !own.is_empty(), || format!("{own:?}"))?;
    check(references(&value["dependencies"][0]["dependsOn"], "") == own, || format!("{value:#}"))?;
    let serial = value["serialNumber"].as_str().unwrap_or_default();
    let is_uuid = serial.strip_prefix("urn:uuid:").is_some_and(|uuid| {
        let parts: Vec<usize> = uuid.split('-').map(str::len).collect();
        parts == [8, 4, 4, 4, 12] && uuid.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
    });
    check(is_uuid, || serial.to_owned())?;
    let whole = &value["metadata"]["component"]["hashes"][0]["content"];
    check(*whole == digest(&fs::read(folder.path(file))?), || format!("{whole}"))?;
    Ok(value)
}

fn components(value: &Value) -> &[Value] {
    value["components"].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn property<'v>(component: &'v Value, name: &str) -> Option<&'v str> {
    let mut all = component["properties"].as_array()?.iter();
    all.find(|property| property["name"] == name)?["value"].as_str()
}

fn pack() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let value = document(&folder, "app.avm")?;
    let bytes = fs::read(folder.path("app.avm"))?;
    let avm = Avm::parse(&bytes)?;
    let found = components(&value);
    check(found.len() == avm.sections().len() && found.len() == 2, || format!("{value:#}"))?;
    let (module, file) = (&found[0], &found[1]);
    check(module["name"] == "app" && module["type"] == "library", || format!("{module:#}"))?;
    check(property(module, "emberl:start") == Some("true"), || format!("{module:#}"))?;
    let beam = fs::read(package_dir().join("fixtures/cli/app.beam"))?;
    let padded = avm.sections().first().map(|section| digest(section.data));
    let own = module["hashes"][0]["content"].as_str().map(str::to_owned);
    check(own == Some(digest(&beam)) || own == padded, || format!("{module:#}"))?;
    check(file["name"] == "app/priv/data" && file["group"] == "app" && file["type"] == "file", || format!("{file:#}"))?;
    let data = avm.sections().get(1).map(|section| section.file_contents().map(digest)).transpose()?;
    check(file["hashes"][0]["content"].as_str() == data.as_deref(), || format!("{file:#}"))
}

/// A section with the specification of an application, as build tools make it.
fn specification(modules: &[&str]) -> Result<Vec<u8>, Failed> {
    let pair = |key: &str, value: Term| Term::tuple(vec![Term::atom(key), value]);
    let modules = Term::list(modules.iter().map(|name| Term::atom(name)).collect());
    let properties = Term::list(vec![pair("vsn", Term::string("1.2.3")), pair("modules", modules)]);
    let term = Term::tuple(vec![Term::atom("application"), Term::atom("shop"), properties]);
    Ok(etf::encode(&term, &EncodeOptions::default())?)
}

fn versions() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let beam = |name: &str| fs::read(package_dir().join(format!("fixtures/cli/{name}.beam")));
    let mut pack = Builder::new();
    pack.push(b"app.beam", FLAG_START | FLAG_BEAM, &beam("app")?).map_err(text)?;
    pack.push(b"counter.beam", FLAG_BEAM, &beam("counter")?).map_err(text)?;
    pack.push_file(b"shop/priv/application.bin", &specification(&["counter"])?).map_err(text)?;
    fs::write(folder.path("shop.avm"), pack.finish())?;
    let value = document(&folder, "shop.avm")?;
    let [app, counter, file] = components(&value) else { return Err(format!("{value:#}").into()) };
    check(counter["group"] == "shop" && app["group"].is_null() && file["group"] == "shop", || format!("{value:#}"))?;
    // The compiler's own version is a number, of the code's MD5; these were compiled with one, or not at all.
    let own = |component: &Value| component["version"].as_str().map(str::to_owned);
    let is_number = |text: &String| text.len() > 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    check(own(app).as_ref().is_none_or(is_number), || format!("{app:#}"))?;
    check(own(counter).as_ref().is_some_and(|text| is_number(text) || text == "1.2.3"), || format!("{counter:#}"))?;
    // A pack of `emberl pack` has no attributes, but the specification still says it.
    fs::write(folder.path("counter.beam"), beam("counter")?)?;
    fs::write(folder.path("application.bin"), specification(&["counter"])?)?;
    let mut stripped = Builder::new();
    folder.fails(0, &["pack", "-q", "--lib", "--allow-unresolved", "-o", "one.avm", "counter.beam"])?;
    let one = fs::read(folder.path("one.avm"))?;
    let one = Avm::parse(&one)?;
    let section = one.sections().first().ok_or("the pack is empty")?;
    stripped.push(b"counter.beam", FLAG_BEAM, section.data).map_err(text)?;
    stripped.push_file(b"shop/priv/application.bin", &specification(&["counter"])?).map_err(text)?;
    fs::write(folder.path("stripped.avm"), stripped.finish())?;
    let value = document(&folder, "stripped.avm")?;
    check(components(&value)[0]["version"] == "1.2.3", || format!("{value:#}"))
}

fn image() -> Result<(), Failed> {
    let folder = Folder::new()?;
    for board in esp_boards() {
        let elf = format!("{}.elf", board.name);
        let (bytes, report) = folder.image(&["--board", board.name, "--firmware", &elf, "app.avm"])?;
        let value = document(&folder, "out")?;
        check(value["metadata"]["component"]["type"] == "firmware", || format!("{value:#}"))?;
        let [firmware, module, file] = components(&value) else { return Err(format!("{value:#}").into()) };
        check(firmware["type"] == "firmware" && property(module, "emberl:partition") == Some("main.avm"), || {
            format!("{}: {value:#}", board.name)
        })?;
        check(module["name"] == "app" && file["name"] == "app/priv/data", || format!("{value:#}"))?;
        // The digest is that of the bytes that the image's own report says are used of the partition.
        let name = property(firmware, "emberl:partition").unwrap_or_default();
        let areas = report["partitions"].as_array().into_iter().flatten();
        let area =
            areas.into_iter().find(|area| area["name"] == name).ok_or_else(|| format!("no {name} in {report:#}"))?;
        let number = |key: &str| area[key].as_u64().and_then(|number| usize::try_from(number).ok()).unwrap_or_default();
        let used = bytes.get(number("offset")..number("offset") + number("used")).unwrap_or_default();
        let own = firmware["hashes"][0]["content"].as_str();
        check(own == Some(&digest(used)), || format!("{}: {firmware:#} {area:#}", board.name))?;
        // Firmware alone says the same.
        fs::write(folder.path("alone.bin"), used)?;
        let alone = document(&folder, "alone.bin")?;
        let one = &components(&alone)[0];
        check(one["name"] == firmware["name"] && one["version"] == firmware["version"], || format!("{alone:#}"))?;
        check(property(firmware, "emberl:chip_id").is_some(), || format!("{firmware:#}"))?;
    }
    Ok(())
}

fn same() -> Result<(), Failed> {
    let folder = Folder::new()?;
    folder.fails(0, &["sbom", "-o", "one.json", "app.avm"])?;
    fs::create_dir(folder.path("else"))?;
    fs::copy(folder.path("app.avm"), folder.path("else/app.avm"))?;
    folder.fails(0, &["sbom", "-o", "two.json", "else/app.avm"])?;
    let one = fs::read(folder.path("one.json"))?;
    check(one == fs::read(folder.path("two.json"))?, || "another folder, other bytes".into())?;
    check(one == folder.fails(0, &["sbom", "app.avm"])?.stdout, || "file and screen differ".into())?;
    let serial = |bytes: &[u8]| -> Result<String, Failed> {
        Ok(serde_json::from_slice::<Value>(bytes)?["serialNumber"].to_string())
    };
    let other = folder.fails(0, &["sbom", "lib.avm"])?.stdout;
    check(serial(&one)? != serial(&other)?, || "two files, one serial number".into())
}

fn others() -> Result<(), Failed> {
    let folder = Folder::new()?;
    let output = folder.fails(1, &["sbom", "text.txt"])?;
    check(output.err().contains("neither a pack nor an image of an ESP chip"), || output.to_string())?;
    folder.fails(1, &["sbom", "nowhere.avm"])?;
    let pack = fs::read(folder.path("app.avm"))?;
    fs::write(folder.path("cut.avm"), pack.get(..pack.len() / 2).unwrap_or_default())?;
    folder.fails(1, &["sbom", "-o", "out.json", "cut.avm"])?;
    check(!folder.path("out.json").exists(), || "a file was written".into())?;
    folder.fails(3, &["sbom", "-o", "no/such/folder.json", "app.avm"]).map(drop)
}
